// Findings of the rule packs that are accepted, each with where and why. Invariant: an acceptance is as narrow as its
// reason; one that no longer meets a finding is an error, so that the list only shrinks by itself.

export interface Accepted {
  /** The rule, without its pack's name. */
  readonly rule: RegExp;
  /** The construct's path. */
  readonly where: RegExp;
  readonly because: string;
}

const everyRole = /\/(Role|MoveRole|Replication|Monitoring|IAMRole)\//;
const disposable = 'only of an environment that is not production, which is meant to be destroyed';

export const accepted: readonly Accepted[] = [
  { rule: /^IAM5\[Resource::arn:aws:rds-db:.*:dbuser:\*\/understudy_\w+\]$/, where: /\/Role\/Resource$/, because: 'a cluster\'s id is not known before it is made; the database role carries the environment\'s suffix' },
  { rule: /^IAM5\[Resource::(arn:aws:s3:::understudy-|<Receipts)/, where: /\/(Role|Replication)\/Resource$/, because: 'the objects of one bucket' },
  { rule: /^IAM5\[Resource::arn:aws:dynamodb:.*\/(index\/\w+|\*)\]$/, where: /\/Role\/Resource$/, because: 'the one table and what belongs to it' },
  { rule: /^IAM5\[Resource::\*\]$/, where: /\/(Role|MoveRole)\/Resource$/, because: 'network interfaces, traces, log deliveries and the tools of drills know no resources' },
  { rule: /^IAM5\[/, where: /(\/Flow\/IAMRole\/|AWSCDK|\/Custom::|Provider)/, because: 'written by the CDK for its own helper' },
  { rule: /^IAM4\[/, where: /(Monitoring|CloudWatchRole|Release\/ServiceRole|AWS679|AWSCDK|Custom::)/, because: 'AWS\'s own policy for its own service, of which nothing can be left out' },
  { rule: /^IAMNoInlinePolicy$/, where: everyRole, because: 'one role for one function, and its rights in the same place: they are not shared' },
  { rule: /^IAMNoInlinePolicy$/, where: /(Policy|AWS679|AWSCDK|Custom::)/, because: 'written by the CDK for its own helper' },
  { rule: /^(SMG4|SecretsManagerRotationEnabled)$/, where: /^data-/, because: 'the owner\'s password is used by deployments only, signing keys are added to rather than changed, acquirers issue their own; RUNBOOK.md says how each is rotated' },
  { rule: /^S3DefaultEncryptionKMS$/, where: /\/AccessLog\/Resource$/, because: 'S3 delivers access logs only under its own key' },
  { rule: /^S3BucketReplicationEnabled$/, where: /\/AccessLog\/Resource$/, because: 'access logs concern their own region' },
  { rule: /^S3BucketReplicationEnabled$/, where: /^storage-us-east-2\/Receipts\/Resource$/, because: 'set by the links: the bucket to be copied into is made later' },
  { rule: /^(RDS10|RDSInstanceDeletionProtectionEnabled)$/, where: /^ledger-/, because: disposable },
  { rule: /^RDSInBackupPlan$/, where: /^ledger-/, because: 'Aurora\'s own continuous backups, in both regions' },
  { rule: /^RDSAutomaticMinorVersionUpgradeEnabled$/, where: /^ledger-/, because: 'both halves must run the same version, or a move is refused: a person changes both at once' },
  { rule: /^LambdaDLQ$/, where: /./, because: 'functions are called synchronously, by a queue that has one, or by a schedule that calls again' },
  { rule: /^LambdaConcurrency$/, where: /./, because: 'none is reserved unless the configuration says so, as specified; scheduled functions have one' },
  { rule: /^LambdaInsideVPC$/, where: /^failover-us-west-2\//, because: 'the witness region holds nothing' },
  { rule: /^LambdaInsideVPC$/, where: /(AWSCDK|AWS679|Custom::|Trigger)/, because: 'a helper of the CDK during deployments' },
  { rule: /^SF[12]$/, where: /\/rhythm-/, because: 'a workflow that waits and calls: its functions are logged and traced, and it runs each minute' },
  { rule: /^APIG2$/, where: /\/api\//, because: 'requests are validated by the functions, with a sentence for each field' },
  { rule: /^APIG4$/, where: /\/api\//, because: 'health and the API\'s own description are asked without a key' },
  { rule: /^COG4$/, where: /\/api\//, because: 'merchants have API keys of this service, looked at by its own authorizer' },
  { rule: /^APIGWSSLEnabled$/, where: /\/api\//, because: 'there is no HTTP backend to show a client certificate to' },
  { rule: /^APIGWCacheEnabledAndEncrypted$/, where: /\/api\//, because: 'an answer about money is never one from a cache' },
  { rule: /^VPCNoUnrestrictedRouteToIGW$/, where: /\/exitSubnet\d\/DefaultRoute$/, because: 'the subnets of the NAT gateways, which hold nothing else' },
];
