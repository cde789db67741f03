"""Baseline: the same in Python with boto3, as a Lambda function of the specifications' kind would be written."""
import json
import os
import sys
import time

import boto3

table = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
queue = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL_SQS"])


def handler(event):
    payment = json.loads(event["body"])
    item = {name: {"S": value} for name, value in payment.items()}
    item["pk"] = {"S": "PY#" + payment["transaction_id"]}
    item["accepted_at"] = {"N": str(int(time.time() * 1000))}
    table.put_item(TableName=os.environ["JOURNAL_TABLE"], Item=item, ConditionExpression="attribute_not_exists(pk)")
    queue.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps({"transaction_id": payment["transaction_id"]}))
    return {"statusCode": 202, "body": json.dumps({"transaction_id": payment["transaction_id"], "status": "accepted"})}


print(handler(json.loads(sys.argv[1]))["statusCode"])
