//! stub
use super::*; use crate::coverage::SourceName; use std::path::PathBuf;
pub struct Archive(Vec<Event>);
impl Archive { pub fn open(l:&[PathBuf])->Result<Self,std::io::Error>{ let mut v=vec![]; for p in l { let p= if p.is_dir(){p.join("records.jsonl.gz")}else{p.clone()}; let b=std::fs::read(&p)?; let mut t=String::new(); use std::io::Read; if p.extension().is_some_and(|e|e=="gz"){flate2::read::GzDecoder::new(&b[..]).read_to_string(&mut t)?;} else {t=String::from_utf8_lossy(&b).into()} v.extend(Self::bundled("",t.as_bytes()).0);} Ok(Self(v)) }
 pub fn bundled(_:&str,b:&[u8])->Self{ Self(String::from_utf8_lossy(b).lines().filter_map(|l|serde_json::from_str(l).ok()).filter_map(|v|Event::parse(v).ok()).collect()) } }
impl Source for Archive { fn read<'a>(&'a self,q:&'a Query)->BoxFuture<'a,Reading>{ Box::pin(async move { let ev:Vec<Event>=self.0.iter().filter(|e|q.window().contains(e.time)&&q.admits(&e.account,&e.region)&&match q.kind(){crate::plan::Kind::Writes=>!e.read_only,crate::plan::Kind::Everything=>true,crate::plan::Kind::EventId(i)=>&e.event_id==i}).cloned().collect();
 let mut seen=std::collections::BTreeMap::new(); for e in &self.0{ *seen.entry((e.account.clone(),e.region.clone())).or_insert(0)+=1;}
 Reading{events:ev,cells:seen.keys().filter(|(a,r)|q.admits(a,r)).map(|(a,r)|Cell::exhausted(AllRead::proven(),a,r,SourceName::Archive,q.window())).collect()} }) } }
