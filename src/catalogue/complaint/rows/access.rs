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
        "no service control policy allows", "no vpc endpoint policy allows", "explicit deny", "UnauthorizedOperation", "You are not authorized to perform this operation", "encoded authorization failure message"],
        &[Permission, ResourcePolicy, BucketAccess, Identity], &[PrivateLink, Key, Tags, Cluster]).about(About::Refusal),
    exact("an explicit deny", &["explicit deny", "explicitly denied", "deny statement*"],
        &[Permission, ResourcePolicy, BucketAccess, Key], &[PrivateLink, Identity, Tags]).about(About::Refusal).by_addition(),
    exact("refusals by an endpoint's policy", &["no vpc endpoint policy allows", "vpc endpoint policy"], &[PrivateLink], &[Permission]).about(About::Refusal),
    kind("denied access", &["AccessDenied*", "access denied", "access is denied", "permission denied", "AuthorizationError*", "AuthorizationFail*", "NotAuthorized*", "not authorized", "not authorised", "denied", "insufficient permission*",
        "missing permission*", "lacks permission*", "no permission*", "operation not permitted", "UnauthorizedException", "forbidden"],
        &[Permission, ResourcePolicy, BucketAccess, Identity, Key], &[AccessKey, PrivateLink, WebFirewall, SignIn, Secret, ApiAccess, Cluster, FileSystem, Delivery, Certificate]).about(About::Refusal),
    // Keys
    exact("refused use of a key", &[
        "kms:Decrypt", "kms:GenerateDataKey*", "kms:Encrypt", "kms:CreateGrant", "kms:DescribeKey", "kms:ReEncrypt*", "kms:Sign", "KMSAccessDenied*", "KMS.AccessDenied*", "KMSDisabled*", "KMS.Disabled*", "KMS.NotFound*", "KMSInvalidState*", "KMS.InvalidState*", "KMSOptInRequired",
        "AWSKMS", "DisabledException", "pending deletion", "ciphertext refers to", "InvalidCiphertext*", "IncorrectKey*", "key is disabled", "key .. disabled", "decrypt fail*", "decryption fail*", "cannot decrypt", "could not decrypt", "unable to decrypt", "failed to decrypt",
        "decrypt error*", "decrypt", "kms", "Client.InvalidKMSKey*", "InaccessibleEncryptionCredentials*", "inaccessible-encryption*", "customer managed key", "cmk",
    ], &[Key], &[Permission, Identity, PrivateLink]).about(About::Refusal),
    // Identities
    exact("roles that cannot be assumed", &["unable to assume", "could not assume", "cannot assume", "can't assume", "failed to assume", "cannot be assumed", "assume the role", "assume role", "assuming role", "AssumeRole*", "AssumeRoleWithWebIdentity", "InvalidIdentityToken*",
        "no OpenIDConnect provider", "OpenIDConnect", "OIDC", "WebIdentityErr", "couldn't retrieve verification key", "Unable to locate credentials", "NoCredentialProviders", "failed to refresh cached credentials", "no ec2 imds role found",
        "could not load credentials", "failed to retrieve credentials", "CredentialsProviderError", "Unable to load credentials", "IRSA", "trust policy", "trust relationship", "invalid principal", "role .. does not exist or", "role is not authorized"],
        &[Identity], &[Permission, Runtime, AccessKey, Tags, Cluster, NameResolution]).about(About::Refusal),
    exact("access keys that are not accepted", &["InvalidClientTokenId", "security token included in the request is invalid", "SignatureDoesNotMatch", "InvalidAccessKeyId", "access key id .. does not exist", "UnrecognizedClient*", "AWS was not able to validate the provided access credentials", "AuthFailure",
        "access key*", "ExpiredToken*", "security token .. expired", "token has expired", "authentication credentials invalid"],
        &[AccessKey, Identity], &[Secret, Configuration, Mail]).about(About::Refusal),
    exact("an API server that lets nobody in", &["You must be logged in to the server", "server has asked for the client to provide credentials", "kubectl .. unauthorized", "kubectl .. forbidden", "aws-auth", "access entry", "cannot list resource", "User system anonymous", "kubernetes .. unauthorized",
        "error unauthorized", "kubectl"],
        &[Identity, Cluster], &[Permission, Firewall]).about(About::Refusal),
    // Sign-in
    exact("sign-ins that fail", &["redirect_mismatch", "redirect_uri*", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope", "invalid_request", "UserPool*", "verification code*", "confirmation code*", "code* .. not sent", "code* .. never arrive*", "codes not sent", "otp", "mfa code*",
        "CodeDeliveryFailure*", "NotAuthorizedException", "UserNotFoundException", "user pool client", "callback url*", "UserLambdaValidation*", "PreSignUp", "PreTokenGeneration"],
        &[SignIn], &[Secret, Permission, Mail, Identity, Configuration, Limit, ApiAccess]).about(About::Refusal),
    exact("a sign-in flow that is off", &["auth flow not enabled", "flow not enabled", "USER_PASSWORD_AUTH", "USER_SRP_AUTH", "ADMIN_NO_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH", "unsupported_response_type", "unsupported_grant_type", "secret hash", "SECRET_HASH"],
        &[SignIn], &[Secret, Configuration]).about(About::Refusal),
    kind("trouble with sign-in", &["sign in*", "signin*", "sign up*", "signup*", "login*", "log in", "log on", "logging in", "logged out", "authentication fail*", "auth fail*", "cognito", "sso", "saml", "identity provider", "jwt", "token endpoint"],
        &[SignIn, Identity, Secret], &[ApiAccess, WebFirewall, AccessKey, Configuration, NameResolution, Mail, Cdn, Permission]).about(About::Refusal),
    kind("credentials that are refused", &["401", "unauthori*", "credential*", "invalid token", "token .. invalid", "token .. rejected", "invalid api token", "api token"],
        &[AccessKey, Identity, SignIn, Secret, ApiAccess, Permission], &[Listener, Configuration, Cluster, Code]).about(About::Refusal),
    general("trouble with access", &["iam", "permission*", "policy", "role", "authentication", "authorization", "auth"], &[Permission, ResourcePolicy, Identity, BucketAccess, Key], &[AccessKey, SignIn, Secret, Cluster, ApiAccess]).about(About::Refusal),
];
