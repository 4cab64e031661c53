import Testing

/// The release programs as their users meet them: real processes, sockets, files and a real PostgreSQL.
///
/// One test after the other, since many of them measure.
@Suite(.serialized) struct ProcessTests {}
