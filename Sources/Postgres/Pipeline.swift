/// What a pipelined connection waits for, as a value: results go in, what to do about a ticket comes out.
///
/// libpq answers the commands of a pipeline in order. A command gives one result and then an empty one that ends
/// it; a sync gives one of its own. After an error the rest of the group, up to its sync, is reported as aborted.
/// Nothing may be sent between a result and its end.
struct Pipeline<Ticket: AnyObject, Statement> {
  /// A command that was sent and not yet answered.
  enum Command {
    /// Prepares the statement that `ticket` is the first to use.
    case prepare(Statement, plan: UInt32, for: Ticket)
    /// Forgets a statement whose plan has gone stale.
    case deallocate
    case query(Ticket)
    case sync
  }

  /// How the server answered the command at the front.
  enum Outcome {
    case success
    case failure
    case aborted
    case sync
    /// The answer is the beginning of a COPY, which a pipeline cannot carry.
    case copy
  }

  /// What the connection has to do about it.
  enum Action {
    case nothing
    /// Hand the result to the ticket.
    case deliver(Ticket)
    /// Hand the error to the ticket.
    case fail(Ticket)
    /// The statement is not prepared after all; hand the error to the ticket.
    case failPreparation(Statement, plan: UInt32, Ticket)
    /// The statement is not prepared after all, but nothing is wrong with it.
    case forgetPreparation(Statement, plan: UInt32)
    /// Another query of the group failed, this one never ran: send it again in a group of its own.
    case sendAgain(Ticket)
    /// libpq and we disagree on what comes next; the connection cannot be trusted any more.
    case giveUp
  }

  private var commands: [Command] = []
  private var first = 0
  /// True between the result of the command at the front and the empty one.
  private var hasResult = false
  /// Queries without an answer.
  private(set) var queries = 0

  /// True when no answer is owed.
  var isEmpty: Bool { first == commands.count }

  mutating func sent(_ command: Command) {
    assert(!hasResult, "libpq would pass over the end of an aborted command")
    commands.append(command)
    if case .query = command { queries += 1 }
  }

  /// A result came for the command at the front.
  mutating func received(_ outcome: Outcome) -> Action {
    guard first < commands.count, !hasResult else { return .giveUp }
    switch (commands[first], outcome) {
    case (.sync, .sync):
      pop()
      return .nothing
    case (.sync, _), (_, .sync), (_, .copy): return .giveUp
    default: hasResult = true
    }
    switch (commands[first], outcome) {
    case (.query(let ticket), .success): return .deliver(ticket)
    case (.query(let ticket), .failure): return .fail(ticket)
    case (.query(let ticket), _): return .sendAgain(ticket)
    case (.prepare(let statement, let plan, let ticket), .failure):
      return .failPreparation(statement, plan: plan, ticket)
    case (.prepare(let statement, let plan, _), .aborted): return .forgetPreparation(statement, plan: plan)
    default: return .nothing
    }
  }

  /// The empty result that ends a command came. False if none was to be ended.
  mutating func commandEnded() -> Bool {
    guard hasResult else { return false }
    hasResult = false
    pop()
    return true
  }

  /// Calls `body` with the tickets that wait, oldest first, until it returns false.
  func forEachWaiting(_ body: (Ticket) -> Bool) {
    for command in commands[first...] {
      if case .query(let ticket) = command, !body(ticket) { return }
    }
  }

  /// The connection is gone: the tickets that will never be answered, oldest first.
  mutating func abandon() -> [Ticket] {
    var tickets: [Ticket] = []
    forEachWaiting {
      tickets.append($0)
      return true
    }
    self = Pipeline()
    return tickets
  }

  private mutating func pop() {
    if case .query = commands[first] { queries -= 1 }
    first += 1
    if first == commands.count {
      commands.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 256 {
      commands.removeFirst(first)
      first = 0
    }
  }
}
