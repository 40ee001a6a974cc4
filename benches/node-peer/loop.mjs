// Lambda's Runtime API with Node's own HTTP client: less than what AWS's runtime for Node does at its start.
import http from "node:http";
import { handler } from "./handler.mjs";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = body ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {};
    const request = http.request({ host, port, method, path, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve([response, text]));
    });
    request.on("error", reject);
    request.end(body);
  });

for (;;) {
  const [head, event] = await call("GET", "/2018-06-01/runtime/invocation/next");
  const path = `/2018-06-01/runtime/invocation/${head.headers["lambda-runtime-aws-request-id"]}`;
  try {
    await call("POST", `${path}/response`, JSON.stringify(await handler(JSON.parse(event))));
  } catch (error) {
    console.error(error);
    await call("POST", `${path}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
}
