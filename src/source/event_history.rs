//! stub
use super::*;
#[derive(Default)] pub struct Settings{ pub endpoint_url: Option<String>, pub clock: C }
pub struct C; impl Default for C{fn default()->Self{C}} impl From<std::sync::Arc<dyn Fn()->chrono::DateTime<chrono::Utc>+Send+Sync>> for C { fn from(_:std::sync::Arc<dyn Fn()->chrono::DateTime<chrono::Utc>+Send+Sync>)->Self{C} }
pub struct EventHistory; impl EventHistory{ pub fn new(_:Settings)->Self{Self}} impl Source for EventHistory{ fn read<'a>(&'a self,_:&'a Query)->BoxFuture<'a,Reading>{ Box::pin(async{Reading::default()}) } }
