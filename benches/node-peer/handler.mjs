// The edge: signature, pool, claim, answer. As frugal as dispatch's own: one client, one conditional write, two reads.
import { createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});
const table = process.env.DDB_TABLE;
const pools = [{ name: "go", labels: ["go"], limit: 10 }, { name: "docker", labels: ["docker"], limit: 10 }];

export const handler = async (event) => {
  const body = event.isBase64Encoded ? Buffer.from(event.body, "base64") : Buffer.from(event.body ?? "");
  const want = createHmac("sha256", process.env.WEBHOOK_SECRET).update(body).digest();
  const got = Buffer.from(event.headers["x-gitea-signature"] ?? "", "hex");
  if (got.length !== want.length || !timingSafeEqual(got, want)) return reply(401, "the signature is not accepted");
  const { action, workflow_job: job, repository } = JSON.parse(body.toString());
  if (action !== "queued") return reply(200, "noted");
  const pool = pools.find((pool) => job.labels.every((label) => pool.labels.includes(label)));
  if (!pool) return reply(200, "not started: no pool");
  const record = JSON.stringify({ repository: repository.full_name, name: job.name, labels: job.labels });
  const item = { pk: { S: `job#gitea/${job.id}/1` }, kind: { S: "job" }, version: { N: "1" }, record: { S: record }, list: { S: "open" }, rank: { S: `job#gitea/${job.id}/1` } };
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: table, Item: item, ConditionExpression: "attribute_not_exists(pk)" } }] }));
  const control = await read("control");
  if (control.Item?.mode?.S === "paused") return reply(200, "held: paused");
  const counter = await read(`counter#pool/${pool.name}`);
  const held = Number(counter.Item?.value?.N ?? 0) >= pool.limit;
  return reply(200, `${job.name} (job ${job.id} of ${repository.full_name}): pool ${pool.name}; ${held ? "held" : "a machine is on its way"}`);
};

const read = (pk) => dynamodb.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }));
const reply = (statusCode, text) => ({ statusCode, headers: { "content-type": "text/plain" }, body: `${text}\n` });
