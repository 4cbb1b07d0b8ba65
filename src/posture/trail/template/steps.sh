#!/usr/bin/env bash
# A trail that can answer, step by step; the same as the CloudFormation template. Read it before you run it: it changes the account.
# Judge the result with `cloudtrail-mcp trails`. How to take each step back stands at the end.
set -euo pipefail

TRAIL="${TRAIL:-audit}"
KEEP_DAYS="${KEEP_DAYS:-{{KEEP_DAYS}}}"                  # {{KEEP_WHY}}
LOCK_DAYS="${LOCK_DAYS:-90}"                    # no version of a log can be deleted for so long (governance mode)
ALARM_EMAIL="${ALARM_EMAIL:?set ALARM_EMAIL to who hears of alarms}"
ORGANIZATION="${ORGANIZATION:-{{ORGANIZATION}}}"                # o-…, in the management account only
REGION="${AWS_REGION:-$(aws configure get region)}"
ACCOUNT="$(aws sts get-caller-identity --query Account --output text)"
PARTITION="$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)"
LOGS="cloudtrail-logs-$ACCOUNT-$REGION"
ACCESS="cloudtrail-access-$ACCOUNT-$REGION"
TRAIL_ARN="arn:$PARTITION:cloudtrail:$REGION:$ACCOUNT:trail/$TRAIL"
GROUP="/cloudtrail/$TRAIL"
LOCATION=()
[ "$REGION" = us-east-1 ] || LOCATION=(--create-bucket-configuration "LocationConstraint=$REGION")
ONLY_TRAIL="\"Condition\":{\"StringEquals\":{\"aws:SourceArn\":\"$TRAIL_ARN\"}}"
CLOUDTRAIL='"Principal":{"Service":"cloudtrail.amazonaws.com"}'

# 1. The key
KEY_POLICY="{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Sid\":\"Account\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:$PARTITION:iam::$ACCOUNT:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"},
  {\"Sid\":\"TrailEncrypts\",\"Effect\":\"Allow\",$CLOUDTRAIL,\"Action\":[\"kms:GenerateDataKey*\",\"kms:Decrypt\"],\"Resource\":\"*\",$ONLY_TRAIL},
  {\"Sid\":\"TrailDescribes\",\"Effect\":\"Allow\",$CLOUDTRAIL,\"Action\":\"kms:DescribeKey\",\"Resource\":\"*\"},
  {\"Sid\":\"LogGroupEncrypts\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"logs.$REGION.amazonaws.com\"},
   \"Action\":[\"kms:Encrypt\",\"kms:Decrypt\",\"kms:ReEncrypt*\",\"kms:GenerateDataKey*\",\"kms:DescribeKey\"],\"Resource\":\"*\",
   \"Condition\":{\"ArnEquals\":{\"kms:EncryptionContext:aws:logs:arn\":\"arn:$PARTITION:logs:$REGION:$ACCOUNT:log-group:$GROUP\"}}},
  {\"Sid\":\"AlarmsPublish\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudwatch.amazonaws.com\"},
   \"Action\":[\"kms:GenerateDataKey*\",\"kms:Decrypt\"],\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$ACCOUNT\"}}}]}"
KEY="$(aws kms create-key --region "$REGION" --description "CloudTrail $TRAIL" --policy "$KEY_POLICY" --query KeyMetadata.Arn --output text)"
aws kms enable-key-rotation --region "$REGION" --key-id "$KEY"
aws kms create-alias --region "$REGION" --alias-name "alias/cloudtrail-$TRAIL" --target-key-id "$KEY"

# 2. The buckets: accesses to the logs, and the logs
aws s3api create-bucket --region "$REGION" --bucket "$ACCESS" ${LOCATION[@]+"${LOCATION[@]}"} > /dev/null
aws s3api create-bucket --region "$REGION" --bucket "$LOGS" --object-lock-enabled-for-bucket ${LOCATION[@]+"${LOCATION[@]}"} > /dev/null
for bucket in "$ACCESS" "$LOGS"; do
  aws s3api put-public-access-block --region "$REGION" --bucket "$bucket" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
  aws s3api put-bucket-versioning --region "$REGION" --bucket "$bucket" --versioning-configuration Status=Enabled
done
aws s3api put-bucket-policy --region "$REGION" --bucket "$ACCESS" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Sid\":\"LogDelivery\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"logging.s3.amazonaws.com\"},\"Action\":\"s3:PutObject\",
   \"Resource\":\"arn:$PARTITION:s3:::$ACCESS/*\",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$ACCOUNT\"}}}]}"
aws s3api put-bucket-lifecycle-configuration --region "$REGION" --bucket "$ACCESS" --lifecycle-configuration \
  '{"Rules":[{"ID":"expire","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":365},"NoncurrentVersionExpiration":{"NoncurrentDays":30}}]}' > /dev/null
aws s3api put-bucket-encryption --region "$REGION" --bucket "$LOGS" --server-side-encryption-configuration \
  "{\"Rules\":[{\"ApplyServerSideEncryptionByDefault\":{\"SSEAlgorithm\":\"aws:kms\",\"KMSMasterKeyID\":\"$KEY\"},\"BucketKeyEnabled\":true}]}"
aws s3api put-object-lock-configuration --region "$REGION" --bucket "$LOGS" --object-lock-configuration \
  "{\"ObjectLockEnabled\":\"Enabled\",\"Rule\":{\"DefaultRetention\":{\"Mode\":\"GOVERNANCE\",\"Days\":$LOCK_DAYS}}}" > /dev/null
aws s3api put-bucket-logging --region "$REGION" --bucket "$LOGS" --bucket-logging-status \
  "{\"LoggingEnabled\":{\"TargetBucket\":\"$ACCESS\",\"TargetPrefix\":\"cloudtrail-logs/\"}}"
MOVES='{"Days":30,"StorageClass":"STANDARD_IA"}'
[ "$KEEP_DAYS" -le 90 ] || MOVES="$MOVES,{\"Days\":90,\"StorageClass\":\"GLACIER\"}"
[ "$KEEP_DAYS" -le 365 ] || MOVES="$MOVES,{\"Days\":365,\"StorageClass\":\"DEEP_ARCHIVE\"}"
aws s3api put-bucket-lifecycle-configuration --region "$REGION" --bucket "$LOGS" --lifecycle-configuration "{\"Rules\":[{\"ID\":\"keep\",
  \"Status\":\"Enabled\",\"Filter\":{\"Prefix\":\"\"},\"Transitions\":[$MOVES],\"Expiration\":{\"Days\":$KEEP_DAYS},
  \"NoncurrentVersionExpiration\":{\"NoncurrentDays\":90}}]}" > /dev/null
PATHS="\"arn:$PARTITION:s3:::$LOGS/AWSLogs/$ACCOUNT/*\""
[ -z "$ORGANIZATION" ] || PATHS="$PATHS,\"arn:$PARTITION:s3:::$LOGS/AWSLogs/$ORGANIZATION/*\""
aws s3api put-bucket-policy --region "$REGION" --bucket "$LOGS" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Sid\":\"TrailChecks\",\"Effect\":\"Allow\",$CLOUDTRAIL,\"Action\":\"s3:GetBucketAcl\",\"Resource\":\"arn:$PARTITION:s3:::$LOGS\",$ONLY_TRAIL},
  {\"Sid\":\"TrailWrites\",\"Effect\":\"Allow\",$CLOUDTRAIL,\"Action\":\"s3:PutObject\",\"Resource\":[$PATHS],
   \"Condition\":{\"StringEquals\":{\"s3:x-amz-acl\":\"bucket-owner-full-control\",\"aws:SourceArn\":\"$TRAIL_ARN\"}}},
  {\"Sid\":\"TlsOnly\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",
   \"Resource\":[\"arn:$PARTITION:s3:::$LOGS\",\"arn:$PARTITION:s3:::$LOGS/*\"],\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}"

# 3. The topics: new files, and alarms
DELIVERIES="$(aws sns create-topic --region "$REGION" --name "$TRAIL-deliveries" --attributes "KmsMasterKeyId=$KEY" --query TopicArn --output text)"
aws sns set-topic-attributes --region "$REGION" --topic-arn "$DELIVERIES" --attribute-name Policy --attribute-value "{\"Version\":\"2012-10-17\",
  \"Statement\":[{\"Sid\":\"TrailTells\",\"Effect\":\"Allow\",$CLOUDTRAIL,\"Action\":\"sns:Publish\",\"Resource\":\"$DELIVERIES\",$ONLY_TRAIL}]}"
ALARMS="$(aws sns create-topic --region "$REGION" --name "$TRAIL-alarms" --attributes "KmsMasterKeyId=$KEY" --query TopicArn --output text)"
aws sns set-topic-attributes --region "$REGION" --topic-arn "$ALARMS" --attribute-name Policy --attribute-value "{\"Version\":\"2012-10-17\",
  \"Statement\":[{\"Sid\":\"AlarmsTell\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudwatch.amazonaws.com\"},\"Action\":\"sns:Publish\",
  \"Resource\":\"$ALARMS\",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$ACCOUNT\"}}}]}"
aws sns subscribe --region "$REGION" --topic-arn "$ALARMS" --protocol email --notification-endpoint "$ALARM_EMAIL" > /dev/null

# 4. The log group and the role that writes to it
aws logs create-log-group --region "$REGION" --log-group-name "$GROUP" --kms-key-id "$KEY"
aws logs put-retention-policy --region "$REGION" --log-group-name "$GROUP" --retention-in-days 365
GROUP_ARN="arn:$PARTITION:logs:$REGION:$ACCOUNT:log-group:$GROUP:*"
ROLE="$(aws iam create-role --role-name "$TRAIL-cloudtrail-logs" --query Role.Arn --output text --assume-role-policy-document \
  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",$CLOUDTRAIL,\"Action\":\"sts:AssumeRole\",$ONLY_TRAIL}]}")"
aws iam put-role-policy --role-name "$TRAIL-cloudtrail-logs" --policy-name write-events --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Action\":[\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"arn:$PARTITION:logs:$REGION:$ACCOUNT:log-group:$GROUP:log-stream:*\"}]}"
sleep "${SETTLE_SECONDS:-15}" # a new role is not known everywhere at once

# 5. The trail
ALL=()
[ -z "$ORGANIZATION" ] || ALL=(--is-organization-trail)
aws cloudtrail create-trail --region "$REGION" --name "$TRAIL" --s3-bucket-name "$LOGS" --kms-key-id "$KEY" --sns-topic-name "$TRAIL-deliveries" \
  --is-multi-region-trail --include-global-service-events --enable-log-file-validation \
  --cloud-watch-logs-log-group-arn "$GROUP_ARN" --cloud-watch-logs-role-arn "$ROLE" --tags-list Key=purpose,Value=audit ${ALL[@]+"${ALL[@]}"} > /dev/null
{{SELECTORS}}
aws cloudtrail put-insight-selectors --region "$REGION" --trail-name "$TRAIL" --insight-selectors \
  '[{"InsightType":"ApiCallRateInsight"},{"InsightType":"ApiErrorRateInsight"}]' > /dev/null
aws cloudtrail start-logging --region "$REGION" --name "$TRAIL"

# 6. The alarms
watch() {
  aws logs put-metric-filter --region "$REGION" --log-group-name "$GROUP" --filter-name "$1" --filter-pattern "$2" \
    --metric-transformations "metricName=$1,metricNamespace=CloudTrail/$TRAIL,metricValue=1,defaultValue=0"
  aws cloudwatch put-metric-alarm --region "$REGION" --alarm-name "$TRAIL-$1" --namespace "CloudTrail/$TRAIL" --metric-name "$1" --statistic Sum \
    --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching \
    --alarm-actions "$ALARMS"
}
{{WATCHED}}
echo "Confirm the subscription that was sent to $ALARM_EMAIL, then run: cloudtrail-mcp trails --regions $REGION"

# To take it back, in this order; logs stay until their lock and lifecycle end:
#   aws cloudwatch delete-alarms --alarm-names (those that begin with the trail's name); aws logs delete-log-group --log-group-name "$GROUP"
#   aws cloudtrail delete-trail --name "$TRAIL"
#   aws iam delete-role-policy --role-name "$TRAIL-cloudtrail-logs" --policy-name write-events; aws iam delete-role --role-name "$TRAIL-cloudtrail-logs"
#   aws sns delete-topic --topic-arn "$DELIVERIES"; aws sns delete-topic --topic-arn "$ALARMS"
#   the buckets and the key: not before the logs may be lost; aws kms schedule-key-deletion makes every log unreadable
