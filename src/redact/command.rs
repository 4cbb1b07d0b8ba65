//! Secrets that a command, a statement or a URL gives away by where they stand.

/// Rows of (kind, expression): what stays is `keep` and `after`, what goes is `secret`.
///
/// Source: the manuals of the commands; each row is one way to hand over a secret.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    (
        "password",
        concat!(
            r#"(?<keep>(?:^|[ ,'"])(?:-u|--user|--proxy-user|-U)[ =,'"]{0,4}?(?:'[^ :\[']{1,64}:|"[^ :\["]{1,64}:|[^ :\["'+=-][^ :\["'=]{0,63}:))"#,
            r#"(?<secret>[^"'/ ][^"']{0,200}["']|[^ "'/][^ "']*)"#
        ),
    ),
    ("password", r#"(?<keep>(?:^|[ "'=(\[,])[A-Za-z0-9_.%-]{1,64}:)(?<secret>[^ "']+)(?<after>@(?:tcp|udp|unix)[46]?\()"#),
    ("password", r#"(?<keep>(?i:(?:^|[ ;"'(])conn(?:ect)?) [A-Za-z0-9_$#"]{1,64}/)(?<secret>[^ @]+)(?<after>@)"#),
    ("password", r"(?<keep>net use (?:[^ ]+ ){1,2})(?<secret>[^ /\\][^ ]*)(?<after> /user)"),
    ("password", r"(?<keep>(?i:schtasks|at) (?:[^|;&]*? )?/(?i:rp) ?)(?<secret>[^ /][^ ]*)"),
    // Who logs in, and then with what, whatever the program is; options and their values may stand between.
    (
        "password",
        concat!(
            r#"(?<keep>(?:^| )(?:-u|-U|--?user(?:name)?)[ =]?[^ -][^ ]* (?:-{1,2}[A-Za-z][A-Za-z-]*(?:[ =][^ -][^ ]*)? ){0,6}?(?:-p|-P|-w|-pw|--?pass)[ =])"#,
            r#"(?<secret>'[^']*'|"[^"]*"|[a-z]*[^a-z "'/.|;&-][^ ]*)"#
        ),
    ),
    (
        "password",
        r#"(?<keep>(?i:\.(?:auth|login|log_in|authenticate|sign_?in|create_?user|add_?user|set_?password)) ?\( ?(?:'[^']*'|"[^"]*") ?, ?)(?<secret>'[^']*'?|"[^"]*"?)"#,
    ),
    ("password", r#"(?<keep>(?i:userid) ?= ?["']?[^/@ "']{1,64}/)(?<secret>[^@ "']+)"#),
    ("password", r"(?<keep>(?-u:\b)(?:expdp|impdp|sqlldr|rman(?: target)?) [^/@ =]{1,64}/)(?<secret>[^@ ]+)"),
    (
        "secret",
        r"(?<keep>vault kv (?:put|patch) (?:-[^ ]+ )*[^ ]+ [A-Za-z0-9_.-]+=)(?<secret>[^ @|;&][^ |;&]*(?: [A-Za-z0-9_.-]+=[^ |;&]+)*)",
    ),
    (
        "password",
        r#"(?<keep>(?i:password|assword|passphrase)[^;]{0,24}[;,) ]{1,4}(?:[a-z_.]{1,12}\.)?send(?:line)?(?: --)? ?\(?["'])(?<secret>[^"'\\]+)"#,
    ),
    // What is written to a file by the name of a secret.
    (
        "secret",
        concat!(
            r#"(?<keep>(?-u:\b)(?:echo|printf|print) (?:-[a-zA-Z]+ )?(?:['"]?%s(?:\\n)?['"]? )?)(?<secret>'[^']{6,}'|"[^"]{6,}"|[^ '"<>|&;]{6,})"#,
            r#"(?<after> ?(?:>>?|\| ?(?:sudo )?tee (?:-a )?) ?["']?[^ "';|&]*(?i:passw|pass(?:-u:\b)|_pass|pwd|secret|token|credential|api_?key|private_?key|\.key|\.pem|pgpass|psk)[^ ;|&]*)"#
        ),
    ),
    ("password", r"(?<keep>lftp (?:[^|;&]*? )?-u ?[^ ,]+,)(?<secret>[^ ]+)"),
    (
        "password",
        r#"(?<keep>(?i:(?:network|ps)credential|usernamepassword[a-z]*|basicauth[a-z]*|httpbasicauth)(?:\]::new)? ?\( ?(?:'[^']*'|"[^"]*") ?, ?)(?<secret>'[^']*'?|"[^"]*"?)"#,
    ),
    (
        "password",
        r#"(?<keep>(?i:pgp_sym_(?:en|de)crypt(?:_bytea)?|aes_(?:en|de)crypt|des_(?:en|de)crypt|(?:en|de)cryptbypassphrase|hmac|crypt) ?\([^()]{0,200}?,? ?)(?<secret>'(?:[^']|'')*')"#,
    ),
    ("statement", r"(?<keep>(?i:sp_(?:addlinkedsrvlogin|addlogin|password|setapprole|addremotelogin)) )(?<secret>[^;]+)"),
    (
        "password",
        r#"(?<keep>(?i:identified (?:with [^ ]+ )?(?:by|as) (?:password |values )?))(?<secret>'(?:[^']|'')*'?|"[^"]*"?|[^ '"\[;][^ ;]*)"#,
    ),
    ("password", r#"(?<keep>(?i-u:password) ')(?<secret>(?:[^']|'')+)(?<after>')"#),
    (
        "statement",
        r"(?<keep>(?i:(?:insert|replace|merge) into [^()]{1,200}\([^()]*(?:passw|secret|token|api_?key|credential)[^()]*\) *values *))(?<secret>\(.*)",
    ),
    (
        "table",
        r"(?<keep>^(?:[A-Za-z_ -]{1,40},){0,12}(?i-u:password|passwd|secret|token|api_?key|value|secret_?access_?key)(?:,[A-Za-z_ -]{1,40}){0,12}? )(?<secret>[^ ]*,.*)",
    ),
    ("password", r#"(?<keep>(?:^|[ /"'(=])[A-Za-z0-9.*_-]+:(?:[0-9]{4,5}|\*):[^: /]+:[^: /]+:)(?<secret>[^ ]+)"#),
    (
        "password",
        concat!(
            r#"(?<keep>(?-u:\b)(?:(?:mysql|mariadb)[a-z-]*(?:[ ,'"][^|;&]*?)?[ ,'"]-p|sshpass (?:-[a-z]+ )*-p ?|redis-cli (?:[^|;&]*? )?(?:-a|--pass) ?"#,
            r#"|(?:psql|pg_dump) (?:[^|;&]*? )?-W ?|(?:sqlcmd|bcp|ipmitool|mosquitto_pub|mosquitto_sub) (?:[^|;&]*? )?-P ?|xfreerdp (?:[^|;&]*? )?/p:"#,
            r#"|ldap[a-z]+ (?:[^|;&]*? )?-w ?|openssl (?:[^|;&]*? )?(?:-[kK] ?|pass:)|vault login (?:-[^ ]+ )*|(?:useradd|usermod) (?:[^|;&]*? )?-p ?"#,
            r#"|(?:docker|podman|helm|az|oc|nerdctl|crane|skopeo|buildah|cf|ibmcloud) (?:[^|;&]*? )?login (?:[^|;&]*? )?-p ?|(?:mongo|mongosh|mongodump|influx|snowsql|cqlsh|psexec|wmic|rdesktop|sshfs) (?:[^|;&]*? )?-p ?"#,
            r#"|mysqladmin (?:[^|;&]*? )?password ?|net user [^ ]+ |htpasswd (?:-[a-zA-Z]*b[a-zA-Z]* )(?:[^ -][^ ]* )?[^ ]+ |(?:zip|7z|unzip) (?:[^|;&]*? )?(?:-P ?|-p)"#,
            r#"|(?:smbclient|rpcclient|mount|net) (?:[^|;&]*? )?-U ?[^ %]+%"#,
            r#"|rabbitmqctl (?:[^|;&]*? )?(?:add_user|change_password|authenticate_user) [^ ]+ |wpa_passphrase [^ ]+ |(?:twine|doctl) (?:[^|;&]*? )?(?:-p|-t) ?"#,
            r#"|(?:mc|mcli) (?:alias set|config host add) [^ ]+ [^ ]+ [^ ]+ |snmp[a-z]+ (?:[^|;&]*? )?-[cAX] ?|(?:r[ow]community6?|snmp(?:-server)? community) "#,
            r#"|ssh-keygen (?:[^|;&]*? )?-[NP] ?|rar (?:[^|;&]*? )?-h?p|vault operator unseal (?:-[^ ]+ )*|nuget (?:[^|;&]*? )?(?:-k|-[Aa]pi[Kk]ey) ?|kadmin[a-z.]* (?:[^|;&]*? )?-w ?"#,
            r#"|isakmp key (?:[0-9] )?|winr[ms] (?:[^|;&]*? )?[-/]p(?:assword)?:|put-parameter (?:[^|;&]*? )?--value[ =]|D?sonar\.(?:login|token)[=:] ?))(?<secret>'[^']*'?|"[^"]*"?|[^ "'|;&/-][^ ]*)"#
        ),
    ),
    (
        "password",
        concat!(
            r#"(?<keep>(?-u:\b)(?:echo|printf|cat <<<) (?:-[a-z]+ )?)(?<secret>'[^']*'|"[^"]*"|[^|]+?)"#,
            r"(?<after> ?\| ?(?:sudo )?(?:passwd(?: [^|;&]*)?|chpasswd|gpg [^|]*--passphrase-fd|[a-z]+ (?:[a-z-]+ )*login|(?:kinit|realm|adcli|kadmin[a-z.]*|openconnect|openvpn|cntlm)(?: [^|;&]*)?|sudo (?:[^|;&]* )?-S[^|;&]*|cryptsetup [^|;&]*|[^|;&]*?-(?:-password)?-?stdin|[^|]*--with-token))"
        ),
    ),
    // How libraries of languages take an address, a name and a password, or a host, a name and a password.
    (
        "password",
        r#"(?<keep>(?:getConnection|mysqli?_connect|new mysqli|new PDO|oci_connect|odbc_connect|MySQLdb\.connect|pymysql\.connect) ?\( ?(?:"[^"]*"|'[^']*') ?, ?(?:"[^"]*"|'[^']*') ?, ?)(?<secret>"[^"]*"?|'[^']*'?)"#,
    ),
    ("password", r#"(?<keep>(?i-u:convertto-securestring) (?:-[Ss]tring )?)(?<secret>'[^']*'?|"[^"]*"?|[^ $(-][^ ]*)"#),
    ("password", r"(?<keep>(?i-u:jdbc:oracle:[a-z]+:|sqlplus (?:-[a-z]+ )*)[^/ :]+/)(?<secret>[^ ]+)(?<after>@)"),
    ("webhook", r"(?<keep>hooks\.(?:slack|zapier)\.com/[a-z]+/)(?<secret>[A-Za-z0-9/_-]{8,})"),
    ("webhook", r"(?<keep>discord(?:app)?\.com/api/webhooks/)(?<secret>[A-Za-z0-9/_-]{8,})"),
    ("webhook", r"(?<keep>webhook\.office\.com/webhookb2/)(?<secret>[^ ]{8,})"),
    ("webhook", r"(?<keep>logic\.azure\.com(?::443)?/workflows/)(?<secret>[^ ]{8,})"),
    (
        "webhook",
        r"(?<keep>(?:events\.pagerduty\.com/integration|alert\.victorops\.com/integrations/[a-z]+/[0-9]+/alert)/)(?<secret>[A-Za-z0-9-]{16,})",
    ),
    ("webhook", r"(?<keep>grafana\.net/oncall/integrations/v1/[a-z_]+/)(?<secret>[A-Za-z0-9_-]{8,})"),
    ("webhook", r"(?<keep>api\.telegram\.org/bot)(?<secret>[A-Za-z0-9:_-]{16,})"),
    (
        "webhook",
        r"(?<keep>(?:maker\.ifttt\.com/trigger/[^/ ]+/with/key|api\.opsgenie\.com/v1/json/[a-z]+\?apiKey=|outlook\.office\.com/webhook|chat\.googleapis\.com/v1/spaces)/)(?<secret>[^ ]{8,})",
    ),
];

/// Words without which no row matches.
pub(super) const TRIGGERS: &str = concat!(
    r"|-u|--user|identified |insert into|mysql|mariadb|sshpass|redis-cli|psql|pg_dump|sqlcmd|bcp|ipmitool|mosquitto|xfreerdp|ldap|openssl|vault login",
    r"|useradd|usermod|docker|podman|helm|nerdctl|crane|skopeo|buildah|mongo|influx|snowsql|az |oc |cf |ibmcloud|net user|htpasswd|zip|7z|smbclient|rpcclient|mount |stdin|chpasswd|login",
    r"|--proxy-user|-U |@tcp|@udp|@unix|conn(?:ect)? |passwd|net use|schtasks|lftp|credential|basicauth|usernamepassword|crypt(?:_bytea|bypassphrase)? ?\(|hmac ?\(|sp_(?:add|passw|setapp)|replace into|merge into|cqlsh|psexec|wmic|rdesktop|sshfs",
    r"|with-token|passphrase-fd|convertto|jdbc:oracle|sqlplus|hooks\.|webhook|workflows/|pagerduty|victorops|telegram|ifttt|opsgenie|spaces/|,password|,secret|,token|:[0-9*]+:|password '",
    r"|rabbitmqctl|wpa_passphrase|twine|doctl|mc alias|mcli|config host|snmp|community|isakmp|winr|put-parameter|sonar\.|getconnection|_connect|new pdo|new mysqli|\.connect|kinit|sudo|cryptsetup|oncall/|echo |printf |userid|expdp|impdp|sqlldr|rman |vault |send|\.auth|sign_?in|(?:create|add)_?user|set_?password|ssh-keygen|rar |nuget|kadmin",
);
