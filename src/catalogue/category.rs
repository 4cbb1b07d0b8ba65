//! The groups an answer is divided into, with the label and icon a reader sees.

/// The group of a change.
///
/// Source: the first eight are the groups on-call engineers already know from the earlier report; the order of [`Category::ALL`] is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Rules and groups that admit traffic.
    SecurityGroup,
    /// Groups, policies and targets that scale by themselves.
    AutoScaling,
    /// Instances started, stopped, changed.
    Ec2Lifecycle,
    /// Who may do what.
    IamPolicy,
    /// Volumes, snapshots, buckets, file systems.
    Storage,
    /// Databases, caches, search and their parameters.
    Database,
    /// Routes, gateways, interfaces, DNS, edge.
    Networking,
    /// Load balancers, listeners, targets.
    LoadBalancer,
    /// New code or a new shape of a service.
    Deployment,
    /// Parameters, secrets, keys and certificates.
    ConfigSecrets,
    /// Queues, topics, streams, event rules, APIs, workflows.
    MessagingApi,
    /// What watches: trails, alarms, logs, recorders.
    Observability,
    /// The account itself and sign-in.
    Account,
    /// Anything else.
    Other,
}

impl Category {
    /// Every category, in the order of a report.
    pub const ALL: [Self; 14] = [
        Self::SecurityGroup,
        Self::AutoScaling,
        Self::Ec2Lifecycle,
        Self::IamPolicy,
        Self::Storage,
        Self::Database,
        Self::Networking,
        Self::LoadBalancer,
        Self::Deployment,
        Self::ConfigSecrets,
        Self::MessagingApi,
        Self::Observability,
        Self::Account,
        Self::Other,
    ];

    /// Returns the name used in arguments and answers, such as `security_group`.
    pub const fn as_str(self) -> &'static str {
        self.texts().0
    }

    /// Returns the title of the group, such as `Security Group Changes`.
    pub const fn label(self) -> &'static str {
        self.texts().1
    }

    /// Returns the icon of the group, one emoji.
    pub const fn icon(self) -> &'static str {
        self.texts().2
    }

    /// Parses [`Self::as_str`], without regard to case and with `-` for `_`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().replace('-', "_");
        Self::ALL.into_iter().find(|category| category.as_str().eq_ignore_ascii_case(&name))
    }

    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SecurityGroup => ("security_group", "Security Group Changes", "🔒"),
            Self::AutoScaling => ("auto_scaling", "Auto Scaling", "⚙️"),
            Self::Ec2Lifecycle => ("ec2_lifecycle", "EC2 Lifecycle", "⚙️"),
            Self::IamPolicy => ("iam_policy", "IAM Policy Changes", "🔒"),
            Self::Storage => ("storage", "Storage/EBS", "💾"),
            Self::Database => ("database", "Database/RDS", "💾"),
            Self::Networking => ("networking", "Networking", "🔧"),
            Self::LoadBalancer => ("load_balancer", "Load Balancer", "🔧"),
            Self::Deployment => ("deployment", "Deployments", "⚙️"),
            Self::ConfigSecrets => ("config_secrets", "Configuration and Secrets", "🔒"),
            Self::MessagingApi => ("messaging_api", "Messaging and API", "🔧"),
            Self::Observability => ("observability", "Observability", "🔧"),
            Self::Account => ("account", "Account and Sign-in", "🔒"),
            Self::Other => ("other", "Other", "🔧"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Category;

    #[test]
    fn every_category_is_found_by_its_own_name_and_by_nothing_else() {
        for category in Category::ALL {
            assert_eq!(Category::parse(category.as_str()), Some(category));
            assert_eq!(Category::parse(&category.as_str().to_uppercase().replace('_', "-")), Some(category));
        }
        assert_eq!(Category::parse("security groups"), None);
    }
}
