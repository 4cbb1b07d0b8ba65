//! The product from outside: the binary over stdio, a wire-level fake AWS, and laws that span modules.

mod benchmark;
