/// What happened to the connections of a server, counted since its start.
public struct ConnectionCounts: Sendable {
  /// Clients that were let in.
  public var accepted = 0
  /// Heads that did not arrive in time.
  public var lateHeads = 0
  /// Bodies that did not arrive in time.
  public var lateBodies = 0
  /// Readers that were cut since they took nothing of their answer.
  public var stalledReaders = 0
  /// Connections that were closed since they rested for too long.
  public var rested = 0
  /// Answers to holders of a key that were refused since slow readers held too much memory.
  public var overBudget = 0
  /// The same of answers to all others.
  public var overOpenBudget = 0
  /// Answers that were compressed.
  public var compressed = 0
}
