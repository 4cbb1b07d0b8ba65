//! What may be given to a preset.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::catalogue::Category;

/// A parameter, by what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Who acted.
    Actor,
    /// Who is left out.
    NotActor,
    /// What was touched.
    Resource,
    /// The call.
    Event,
    /// The service.
    Service,
    /// The error code.
    Error,
    /// The category of changes.
    Category,
    /// Prices of an hour by type of machine.
    Prices,
}

impl Parameter {
    /// Every parameter.
    pub const ALL: [Self; 8] =
        [Self::Actor, Self::NotActor, Self::Resource, Self::Event, Self::Service, Self::Error, Self::Category, Self::Prices];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::NotActor => "not_actor",
            Self::Resource => "resource",
            Self::Event => "event",
            Self::Service => "service",
            Self::Error => "error",
            Self::Category => "category",
            Self::Prices => "prices",
        }
    }

    /// Returns a right value, as JSON.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Actor => "\"alice\"",
            Self::NotActor => "\"terraform\"",
            Self::Resource => "\"sg-0123456789abcdef0\"",
            Self::Event => "\"DeleteBucket\"",
            Self::Service => "\"ec2\"",
            Self::Error => "\"ThrottlingException\"",
            Self::Category => "\"security_group\"",
            Self::Prices => "{\"m5.large\": 0.107}",
        }
    }
}

/// What is given to a preset; an empty list lets everything through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// Users, roles, sessions, ARNs, access keys, addresses or networks; `*` allowed.
    pub actor: Vec<String>,
    /// The same of those that are left out.
    pub not_actor: Vec<String>,
    /// Ids, names or ARNs.
    pub resource: Vec<String>,
    /// Names of calls; `*` allowed.
    pub event: Vec<String>,
    /// Services; `*` allowed.
    pub service: Vec<String>,
    /// Error codes; `*` allowed.
    pub error: Vec<String>,
    /// Categories of changes.
    pub category: Vec<Category>,
    /// Prices of an hour by type of machine.
    pub prices: BTreeMap<String, f64>,
}

impl Parameters {
    /// Tells whether a parameter is given.
    pub fn has(&self, parameter: Parameter) -> bool {
        match parameter {
            Parameter::Prices => !self.prices.is_empty(),
            Parameter::Category => !self.category.is_empty(),
            _ => self.list(parameter).is_some_and(|list| !list.is_empty()),
        }
    }

    /// Returns the texts of a parameter; nothing for one that holds none.
    pub fn list_mut(&mut self, parameter: Parameter) -> Option<&mut Vec<String>> {
        match parameter {
            Parameter::Actor => Some(&mut self.actor),
            Parameter::NotActor => Some(&mut self.not_actor),
            Parameter::Resource => Some(&mut self.resource),
            Parameter::Event => Some(&mut self.event),
            Parameter::Service => Some(&mut self.service),
            Parameter::Error => Some(&mut self.error),
            Parameter::Category | Parameter::Prices => None,
        }
    }

    fn list(&self, parameter: Parameter) -> Option<&Vec<String>> {
        match parameter {
            Parameter::Actor => Some(&self.actor),
            Parameter::NotActor => Some(&self.not_actor),
            Parameter::Resource => Some(&self.resource),
            Parameter::Event => Some(&self.event),
            Parameter::Service => Some(&self.service),
            Parameter::Error => Some(&self.error),
            Parameter::Category | Parameter::Prices => None,
        }
    }

    /// Adds what is given besides, such as parameters beside a question in words; of each parameter what is given there counts.
    #[must_use]
    pub fn or(self, words: Self) -> Self {
        let either = |given: Vec<String>, words: Vec<String>| if given.is_empty() { words } else { given };
        Self {
            actor: either(self.actor, words.actor),
            not_actor: either(self.not_actor, words.not_actor),
            resource: either(self.resource, words.resource),
            event: either(self.event, words.event),
            service: either(self.service, words.service),
            error: either(self.error, words.error),
            category: if self.category.is_empty() { words.category } else { self.category },
            prices: if self.prices.is_empty() { words.prices } else { self.prices },
        }
    }

    /// Tells them as an answer does, each text made safe by `word`.
    pub fn report(&self, word: impl Fn(&str) -> String) -> Map<String, Value> {
        let mut told = Map::new();
        for parameter in Parameter::ALL {
            let texts: Vec<String> = match parameter {
                Parameter::Category => self.category.iter().map(|category| category.as_str().to_owned()).collect(),
                _ => self.list(parameter).into_iter().flatten().map(|text| word(text)).collect(),
            };
            match texts.as_slice() {
                [] => {}
                [one] => drop(told.insert(parameter.name().into(), json!(one))),
                several => drop(told.insert(parameter.name().into(), json!(several))),
            }
        }
        if !self.prices.is_empty() {
            let prices: Map<String, Value> = self.prices.iter().map(|(kind, price)| (word(kind), json!(price))).collect();
            told.insert(Parameter::Prices.name().into(), prices.into());
        }
        told
    }
}
