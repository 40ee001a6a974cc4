"""Makes in the emulated account what infra/template.yaml makes in a real one, but for the table; prints what the configuration needs."""

import io
import json
import sys
import zipfile

import boto3

TABLE, STREAM = sys.argv[1], sys.argv[2]


def client(service):
    return boto3.client(service)


def may_be_assumed_by(service):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def machine(iam, table_arn):
    role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument=may_be_assumed_by("ec2.amazonaws.com"))
    statement = {
        "Sid": "TakeOwnIdentity",
        "Effect": "Allow",
        "Action": "dynamodb:DeleteItem",
        "Resource": table_arn,
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["identity#${aws:userid}"]}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="machine", PolicyName="identity", PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
    return role["Role"]["RoleId"]


def worker(iam):
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=may_be_assumed_by("lambda.amazonaws.com"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as entries:
        entries.writestr("bootstrap", "")
    functions = client("lambda")
    function = functions.create_function(
        FunctionName="worker",
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    functions.create_event_source_mapping(
        EventSourceArn=STREAM,
        FunctionName="worker",
        StartingPosition="LATEST",
        FilterCriteria={"Filters": [{"Pattern": "{}"}]},
    )
    events = client("events")
    events.put_rule(Name="minute", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="minute", Targets=[{"Id": "worker", "Arn": function}])
    # The emulator has another name for the role that AWS makes for spot instances.
    iam.create_role(RoleName="AWSServiceRoleForEC2Spot", AssumeRolePolicyDocument=may_be_assumed_by("spot.amazonaws.com"))


def network(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(zones)
    ]
    for subnet in subnets:
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    group = ec2.create_security_group(GroupName="machines", Description="machines", VpcId=vpc)["GroupId"]
    return subnets, group


def main():
    iam, ec2 = client("iam"), client("ec2")
    table_arn = client("dynamodb").describe_table(TableName=TABLE)["Table"]["TableArn"]
    subnets, group = network(ec2)
    worker(iam)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    client("ssm").put_parameter(Name="/dispatch/image", Type="String", Value=image)
    made = {
        "INSTANCE_PROFILE": "machine",
        "INSTANCE_ROLE_ID": machine(iam, table_arn),
        "RUNNER_AMI": "/dispatch/image",
        "SECURITY_GROUP": group,
        "SUBNET": ",".join(subnets),
    }
    print(json.dumps(made))


main()
