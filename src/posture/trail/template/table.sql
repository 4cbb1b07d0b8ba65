-- The table of a trail's logs for Athena, partitioned by projection, so that no crawler and no repair is needed.
-- `[athena]` reads it: cloudtrail-mcp names account, region and day in each query.
-- A query that names account, region and day reads those alone: WHERE account = '…' AND region = '…' AND day BETWEEN '2026/03/01' AND '2026/03/02'
CREATE EXTERNAL TABLE IF NOT EXISTS {{TABLE}} (
  eventversion string,
  useridentity struct<type: string, principalid: string, arn: string, accountid: string, invokedby: string, accesskeyid: string, username: string,
    credentialid: string, identityprovider: string, inscopeof: struct<sourcearn: string, sourceaccount: string, issuertype: string, credentialsissuedto: string>,
    onbehalfof: struct<userid: string, identitystorearn: string>,
    sessioncontext: struct<attributes: struct<mfaauthenticated: string, creationdate: string>,
      sessionissuer: struct<type: string, principalid: string, arn: string, accountid: string, username: string>,
      ec2roledelivery: string, sourceidentity: string, signinsessionarn: string, webidfederationdata: struct<federatedprovider: string, attributes: map<string, string>>>>,
  eventtime string,
  eventsource string,
  eventname string,
  awsregion string,
  sourceipaddress string,
  useragent string,
  errorcode string,
  errormessage string,
  requestparameters string,
  responseelements string,
  additionaleventdata string,
  requestid string,
  eventid string,
  readonly string,
  resources array<struct<arn: string, accountid: string, type: string>>,
  eventtype string,
  apiversion string,
  managementevent string,
  recipientaccountid string,
  serviceeventdetails string,
  sharedeventid string,
  vpcendpointid string,
  vpcendpointaccountid string,
  eventcategory string,
  sessioncredentialfromconsole string,
  addendum string,
  insightdetails string,
  tlsdetails struct<tlsversion: string, ciphersuite: string, clientprovidedhostheader: string>
)
PARTITIONED BY (account string, region string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '{{ROOT}}'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = '{{ACCOUNT_TYPE}}',{{ACCOUNT_VALUES}}
  'projection.region.type' = 'enum',
  'projection.region.values' = '{{REGIONS}}',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.range' = '{{SINCE}},NOW',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = '{{ROOT}}${account}/CloudTrail/${region}/${day}'
);
