//! What is refused: permissions, keys, identities, sign-in.
//!
//! Source: error texts of AWS's APIs and SDKs (IAM user guide, "Troubleshoot access denied error messages"; KMS developer guide, key states; STS and
//! Cognito API references), of kubectl and of OAuth (RFC 6749).

use super::super::{About, Complaint, exact, general, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    // Permissions
    exact("'is not authorized to perform'", &["not authorized to perform", "is not authorised to perform", "no identity based policy allows", "no resource based policy allows", "no session policy allows", "no permissions boundary allows",
        "no service control policy allows", "no vpc endpoint policy allows", "explicit deny", "UnauthorizedOperation", "You are not authorized to perform this operation", "encoded authorization failure message",
        "not authorised to perform", "not authorized to access", "implicitly denied", "identity-based policy", "no permissions for", "PassRole", "does not have .. permission*", "not have permission*",
        "no .. policy allows", "does not have any privilege", "Lake Formation permission*", "lacks .. permission*", "requires permission*"],
        &[Permission, ResourcePolicy, BucketAccess, Identity], &[PrivateLink, Key, Tags, Cluster, Delivery, Secret, FileSystem, Backup, Database]).about(About::Refusal),
    exact("an explicit deny", &["explicit deny", "explicitly denied", "deny statement*", "service control policy", "scp", "implicitly denied by", "permissions boundary", "boundary policy", "declarative policy", "resource control policy"],
        &[Permission, ResourcePolicy, BucketAccess, Key], &[PrivateLink, Identity, Tags]).about(About::Refusal).by_addition(),
    exact("refusals by an endpoint's policy", &["no vpc endpoint policy allows", "vpc endpoint policy"], &[PrivateLink], &[Permission]).about(About::Refusal),
    kind("denied access", &["AccessDenied*", "access denied", "access is denied", "permission denied", "AuthorizationError*", "AuthorizationFail*", "NotAuthorized*", "not authorized", "not authorised", "denied", "insufficient permission*",
        "missing permission*", "lacks permission*", "no permission*", "operation not permitted", "UnauthorizedException", "forbidden", "no access", "lost access", "loses access", "lost .. rights",
        "lost .. permission*", "revoked", "access revoked", "not permitted", "cannot access", "can't access", "unable to access", "not allowed", "not entitled", "privilege* .. required",
        "insufficient privilege*", "insufficient .. permission*", "invalid permission*", "required permission*", "refuses", "is refused", "are refused", "was refused", "were refused", "access portal",
        "permission set*", "lost edit rights", "denies", "deny", "denying", "not accessible", "no longer accessible", "cannot invoke", "can't invoke", "not visible", "don't see", "cannot see", "unentitled",
        "S3ServiceException"],
        &[Permission, ResourcePolicy, BucketAccess, Identity, Key], &[AccessKey, PrivateLink, WebFirewall, SignIn, Secret, ApiAccess, Cluster, FileSystem, Delivery, Certificate, Bucket, Database, ApiMethod, Tags, Volume, Image, Backup, Cdn, Limit, Trail]).about(About::Refusal),
    // Keys
    exact("refused use of a key", &["kms:Decrypt", "kms:GenerateDataKey*", "kms:Encrypt", "kms:CreateGrant", "kms:DescribeKey", "kms:ReEncrypt*", "kms:Sign", "KMSAccessDenied*", "KMS.AccessDenied*", "KMSDisabled*", "KMS.Disabled*",
        "KMS.NotFound*", "KMSInvalidState*", "KMS.InvalidState*", "KMSOptInRequired", "AWSKMS", "DisabledException", "pending deletion", "ciphertext refers to", "InvalidCiphertext*", "IncorrectKey*",
        "key is disabled", "key .. disabled", "decrypt fail*", "decryption fail*", "cannot decrypt", "could not decrypt", "unable to decrypt", "failed to decrypt", "decrypt error*", "decrypt", "kms",
        "Client.InvalidKMSKey*", "InaccessibleEncryptionCredentials*", "inaccessible-encryption*", "customer managed key", "cmk", "key ID .. not accessible", "kms key", "key .. not accessible", "key policy",
        "encryption key*", "encrypted root", "encrypted volume*", "encrypted queue*", "encrypted topic", "Client.InternalError", "alias .. not found", "default key", "encryption by default", "grant .. revoked",
        "unreadable", "envelope encryption", "InvalidKeyUsage*", "KeyUnavailable*"],
        &[Key], &[Permission, Identity, PrivateLink]).about(About::Refusal),
    // Identities
    exact("roles that cannot be assumed", &["unable to assume", "could not assume", "cannot assume", "can't assume", "failed to assume", "cannot be assumed", "assume the role", "assume role", "assuming role", "AssumeRole*", "AssumeRoleWithWebIdentity",
        "InvalidIdentityToken*", "no OpenIDConnect provider", "OpenIDConnect", "OIDC", "WebIdentityErr", "couldn't retrieve verification key", "Unable to locate credentials", "NoCredentialProviders",
        "failed to refresh cached credentials", "no ec2 imds role found", "could not load credentials", "failed to retrieve credentials", "CredentialsProviderError", "Unable to load credentials", "IRSA",
        "trust policy", "trust relationship", "invalid principal", "role .. does not exist or", "role is not authorized", "role defined for the function", "sts:AssumeRole*", "identity provider certificate",
        "token audience", "verification key", "GetRoleCredentials", "credentials from IMDS", "imds", "instance metadata", "metadata service", "hop limit", "instance profile*", "pod identity",
        "fetch credentials", "retrieve credentials", "get credentials", "service account*", "web identity", "not authorized to perform sts", "cross-account role", "role .. not found", "no credentials",
        "have no aws credentials", "169.254.170*", "169.254.169.254"],
        &[Identity], &[Permission, Runtime, AccessKey, Tags, Cluster, NameResolution, InstanceState, SignIn]).about(About::Refusal),
    exact("access keys that are not accepted", &["InvalidClientTokenId", "security token included in the request is invalid", "SignatureDoesNotMatch", "InvalidAccessKeyId", "access key id .. does not exist", "UnrecognizedClient*",
        "AWS was not able to validate the provided access credentials", "AuthFailure", "access key*", "ExpiredToken*", "security token .. expired", "token has expired", "authentication credentials invalid",
        "access key", "secret key*", "static credential*", "535", "smtp .. auth*", "smtp credential*", "key id you provided", "signature .. match*", "signature mismatch", "leaked key"],
        &[AccessKey, Identity], &[Secret, Configuration, Mail]).about(About::Refusal),
    exact("an API server that lets nobody in", &["You must be logged in to the server", "server has asked for the client to provide credentials", "kubectl .. unauthorized", "kubectl .. forbidden", "aws-auth", "access entry", "cannot list resource",
        "User system anonymous", "kubernetes .. unauthorized", "error unauthorized", "kubectl", "is forbidden user", "forbidden user", "rbac", "cluster admin*", "kubeconfig", "cannot .. in API group",
        "in the namespace"],
        &[Identity, Cluster], &[Permission, Firewall, Tags]).about(About::Refusal),
    // Sign-in
    exact("sign-ins that fail", &["redirect_mismatch", "redirect_uri*", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope", "invalid_request", "UserPool*", "verification code*", "confirmation code*", "code* .. not sent",
        "code* .. never arrive*", "codes not sent", "otp", "mfa code*", "CodeDeliveryFailure*", "NotAuthorizedException", "UserNotFoundException", "user pool client", "callback url*", "UserLambdaValidation*",
        "PreSignUp", "PreTokenGeneration", "hosted ui", "sign-in button", "saml response", "saml assertion", "invalid saml", "unauthenticated access", "identity pool", "user pool domain", "one time password",
        "verification mail*", "verification email*", "login page", "logout url", "token validity", "refresh token*", "id token*", "access token*", "google sign*", "social login", "federat*"],
        &[SignIn], &[Secret, Permission, Mail, Identity, Configuration, Limit, ApiAccess, AccessKey, Delivery, Runtime]).about(About::Refusal),
    exact("a sign-in flow that is off", &["auth flow not enabled", "flow not enabled", "USER_PASSWORD_AUTH", "USER_SRP_AUTH", "ADMIN_NO_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH", "unsupported_response_type", "unsupported_grant_type", "secret hash", "SECRET_HASH"],
        &[SignIn], &[Secret, Configuration]).about(About::Refusal),
    exact("claims missing from a token", &["claim .. missing", "missing claim*", "claim .. token*", "token* .. claim*", "claims .. token*", "custom attribute* .. missing", "missing in id token"],
        &[SignIn], &[Code, Runtime, Configuration, Permission]).about(About::Refusal),
    kind("trouble with sign-in", &["sign in*", "signin*", "sign up*", "signup*", "login*", "log in", "log on", "logging in", "logged out", "authentication fail*", "auth fail*", "cognito", "sso", "saml", "identity provider", "jwt",
        "token endpoint", "account locked", "two-factor", "registration*"],
        &[SignIn, Identity, Secret], &[ApiAccess, WebFirewall, AccessKey, Configuration, NameResolution, Mail, Cdn, Permission, Listener, Delivery, ApiMethod, Existence, Watch]).about(About::Refusal),
    kind("a directory that is not reached", &["active directory", "directory", "domain join*", "domain controller*", "ldap*", "radius", "kerberos", "trust broken"],
        &[SignIn, Identity, Interconnect, NameResolution, Firewall], &[Secret, Route, InstanceState, FileSystem]).about(About::Refusal),
    kind("credentials that are refused", &["401", "unauthori*", "credential*", "invalid token", "token .. invalid", "token .. rejected", "invalid api token", "api token", "invalid credential*", "bad credential*", "wrong credential*", "token* .. expired",
        "token* .. refused", "deauthori*", "publickey", "permission denied publickey", "ssh key*", "password*", "passphrase", "authorization token"],
        &[AccessKey, Identity, SignIn, Secret, ApiAccess, Permission], &[Listener, Configuration, Cluster, Code, Delivery, ApiMethod, Image, Database, Key, FileSystem, ResourcePolicy, BucketAccess, Cdn]).about(About::Refusal),
    general("trouble with access", &["iam", "permission*", "policy", "role", "authentication", "authorization", "auth", "privilege*", "access", "rights", "entitlement*"],
        &[Permission, ResourcePolicy, Identity, BucketAccess, Key], &[AccessKey, SignIn, Secret, Cluster, ApiAccess, FileSystem, Database, Tags]).about(About::Refusal),
];
