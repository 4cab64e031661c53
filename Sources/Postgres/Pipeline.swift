/// What a pipelined connection waits for, as a value: results go in, what to do about a ticket comes out.
///
/// libpq answers the commands of a pipeline in order. A command ends with an empty result; a sync is a result of
/// its own. After an error the rest of the group, up to its sync, is reported as aborted.
struct Pipeline<Ticket: AnyObject, Statement> {
  /// A command that was sent and not yet answered.
  enum Command {
    /// Prepares the statement that `ticket` is the first to use.
    case prepare(Statement, for: Ticket)
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
  }

  /// What the connection has to do about it.
  enum Action {
    case nothing
    /// Hand the result to the ticket.
    case deliver(Ticket)
    /// Hand the error to the ticket.
    case fail(Ticket)
    /// The statement is not prepared after all; hand the error to the ticket.
    case failPreparation(Statement, Ticket)
    /// Another query of the group failed, this one never ran: send it again in a group of its own.
    case sendAgain(Ticket)
    /// libpq and we disagree on what comes next; the connection cannot be trusted any more.
    case giveUp
  }

  private var commands: [Command] = []
  private var first = 0

  /// Commands without an answer.
  var count: Int { commands.count - first }
  var isEmpty: Bool { count == 0 }

  mutating func sent(_ command: Command) { commands.append(command) }

  /// A result came for the command at the front.
  mutating func received(_ outcome: Outcome) -> Action {
    guard first < commands.count else { return .giveUp }
    switch (commands[first], outcome) {
    case (.sync, .sync):
      pop()
      return .nothing
    case (.sync, _), (_, .sync): return .giveUp
    case (.query(let ticket), .success): return .deliver(ticket)
    case (.query(let ticket), .failure): return .fail(ticket)
    case (.query(let ticket), .aborted): return .sendAgain(ticket)
    case (.prepare(let statement, let ticket), .failure): return .failPreparation(statement, ticket)
    case (.prepare(let statement, let ticket), .aborted): return .failPreparation(statement, ticket)
    case (.prepare, .success), (.deallocate, _): return .nothing
    }
  }

  /// The empty result that ends a command came. False if none was to be ended.
  mutating func commandEnded() -> Bool {
    guard first < commands.count else { return false }
    if case .sync = commands[first] { return false }
    pop()
    return true
  }

  /// The connection is gone: the tickets that will never be answered.
  mutating func abandon() -> [Ticket] {
    defer {
      commands.removeAll()
      first = 0
    }
    return commands[first...].compactMap { if case .query(let ticket) = $0 { ticket } else { nil } }
  }

  private mutating func pop() {
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
