//! How the operator calls the fields of applications' logs.

use super::Config;
use super::setting::Setting;
use super::settings::{
    CORRELATE_ACCESS_KEY_ID, CORRELATE_ACCOUNT, CORRELATE_ACTOR, CORRELATE_CORRELATION_ID, CORRELATE_ERROR, CORRELATE_EVENT_ID,
    CORRELATE_HOST, CORRELATE_OPERATION, CORRELATE_REGION, CORRELATE_REQUEST_ID, CORRELATE_RESOURCE, CORRELATE_RESULT, CORRELATE_SESSION,
    CORRELATE_TIME,
};
use crate::correlate::{Field, Fields};

/// The setting of each field.
static SETTINGS: &[(Field, &Setting<Vec<String>>)] = &[
    (Field::Time, &CORRELATE_TIME),
    (Field::Operation, &CORRELATE_OPERATION),
    (Field::Actor, &CORRELATE_ACTOR),
    (Field::Session, &CORRELATE_SESSION),
    (Field::Correlation, &CORRELATE_CORRELATION_ID),
    (Field::RequestId, &CORRELATE_REQUEST_ID),
    (Field::EventId, &CORRELATE_EVENT_ID),
    (Field::AccessKey, &CORRELATE_ACCESS_KEY_ID),
    (Field::Result, &CORRELATE_RESULT),
    (Field::Error, &CORRELATE_ERROR),
    (Field::Resource, &CORRELATE_RESOURCE),
    (Field::Host, &CORRELATE_HOST),
    (Field::Region, &CORRELATE_REGION),
    (Field::Account, &CORRELATE_ACCOUNT),
];

impl Config {
    /// Returns which field of an application's log tells what: the names that are set before the usual ones.
    pub fn log_fields(&self) -> Fields {
        Fields::with(SETTINGS.iter().map(|(field, setting)| (*field, self.get(setting))))
    }
}
