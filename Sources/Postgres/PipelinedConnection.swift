internal import CLibPQ
internal import EventLoop

/// A connection in libpq's pipeline mode, shared by all requests of a loop.
///
/// The reads that one turn of the loop collects share one sync, and so one system call; if one of them fails,
/// the ones behind it never ran and are sent again, each alone. A write always has its own sync: queries
/// between two syncs are one transaction.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class PipelinedConnection: @unchecked Sendable {
  private let handle: ConnectionHandle
  var loop: Loop { handle.loop }
  private var connection: OpaquePointer { handle.connection }
  private var pipeline = Pipeline<Ticket, PreparedStatement>()
  private var plans = PlanCache()
  private var hasOpenGroup = false
  private var syncIsPlanned = false
  /// What is to be sent when all results that are there have been taken; see ``sendRetries()``.
  private var retries: [Ticket] = []
  private var stale: [PreparedStatement] = []

  /// Called once when the connection is lost.
  var onLoss: (PostgresError) -> Void = { _ in }

  init(_ handle: ConnectionHandle) throws {
    guard PQenterPipelineMode(handle.connection) == 1 else {
      throw PostgresError.cannotConnect(handle.connection.connectionMessage)
    }
    self.handle = handle
    handle.onInput = { [weak self] in self?.takeResults() }
    handle.onFailure = { [weak self] in self?.lost($0) }
  }

  /// Queries without an answer.
  var load: Int { pipeline.queries }
  /// Since when the server has owed an answer without giving any; nil if it owes none.
  private(set) var silentSince: UInt64?
  /// Why it is closed or lost; nil as long as it is not.
  private(set) var loss: PostgresError?

  /// Sends a query; a read waits for others of its turn unless it is `urgent`. The ticket is settled in any case.
  func submit(_ ticket: Ticket, urgent: Bool = false) {
    switch ticket.kind {
    case .read where !urgent:
      guard send(ticket) else { return }
      hasOpenGroup = true
      planSync()
    case .read, .write: submitAlone(ticket)
    }
  }

  private func submitAlone(_ ticket: Ticket) {
    closeGroup()
    guard send(ticket) else { return }
    hasOpenGroup = true
    closeGroup()
  }

  private func planSync() {
    guard !syncIsPlanned else { return }
    syncIsPlanned = true
    handle.loop.atEndOfTurn { [weak self] in
      self?.syncIsPlanned = false
      self?.closeGroup()
    }
  }

  /// Ends the group with a sync, which libpq flushes.
  private func closeGroup() {
    guard hasOpenGroup, !handle.isClosed else { return }
    hasOpenGroup = false
    guard accepted(PQpipelineSync(connection)) else { return }
    pipeline.sent(.sync)
    handle.flush()
  }

  private func send(_ ticket: Ticket) -> Bool {
    if let loss {
      ticket.settle(.failure(loss))
      return false
    }
    if silentSince == nil { silentSince = handle.loop.now }
    switch ticket.text {
    case .plain(let sql):
      let sent = ticket.values.withArrays {
        PQsendQueryParams(connection, sql, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 1)
      }
      guard accepted(sent, for: ticket) else { return false }
    case .prepared(let statement):
      guard prepare(statement, for: ticket) else { return false }
      let sent = ticket.values.withArrays {
        PQsendQueryPrepared(connection, statement.cName, $0.count, $0.values, $0.lengths, $0.formats, 1)
      }
      guard accepted(sent, for: ticket) else { return false }
    }
    pipeline.sent(.query(ticket))
    return true
  }

  private func prepare(_ statement: PreparedStatement, for ticket: Ticket) -> Bool {
    if let plan = plans.plan(of: statement) {
      ticket.plan = plan
      return true
    }
    // The types of the first values hold for all: a number stays a `bigint` whatever it is compared with.
    let sent = ticket.values.withArrays {
      PQsendPrepare(connection, statement.cName, statement.sql, $0.count, $0.types)
    }
    guard accepted(sent, for: ticket) else { return false }
    ticket.plan = plans.prepare(statement)
    pipeline.sent(.prepare(statement, plan: ticket.plan, for: ticket))
    return true
  }

  /// The one check of what libpq's send functions return.
  private func accepted(_ result: Int32, for ticket: Ticket? = nil) -> Bool {
    if result == 1 { return true }
    let error = PostgresError.connectionLost(handle.lossReason())
    handle.fail(error)
    ticket?.settle(.failure(error))
    return false
  }

  // MARK: Answers

  private func takeResults() {
    while !handle.isClosed, PQisBusy(connection) == 0, !pipeline.isEmpty {
      guard let result = PQgetResult(connection) else {
        if !pipeline.commandEnded() {
          handle.fail(
            .connectionLost(handle.notices.lastWords ?? "libpq has a result less than it got commands"))
        }
        continue
      }
      take(Rows(result: result), status: PQresultStatus(result), result)
    }
    // Answers came, so the server is alive: whatever still waits is measured from now.
    silentSince = pipeline.isEmpty ? nil : handle.loop.now
    if !retries.isEmpty || !stale.isEmpty { sendRetries() }
  }

  /// Sends again what failed for others' sake.
  ///
  /// Not before: a command that is sent between the result of an aborted one and the empty result that ends it
  /// makes libpq 15 pass over the latter, and nobody can tell any more whose result comes next.
  private func sendRetries() {
    let tickets = retries
    let names = stale.map(\.name)
    retries.removeAll()
    stale.removeAll()
    closeGroup()
    for name in names { deallocate(name) }
    for ticket in tickets where !ticket.isSettled { submitAlone(ticket) }
  }

  /// Makes the name free for a new plan.
  private func deallocate(_ name: StaticString) {
    guard !handle.isClosed,
      accepted(PQsendQueryParams(connection, "DEALLOCATE \"\(name)\"", 0, nil, nil, nil, nil, 1))
    else { return }
    pipeline.sent(.deallocate)
    hasOpenGroup = true
    closeGroup()
  }

  private func take(_ rows: Rows, status: ExecStatusType, _ result: OpaquePointer) {
    let outcome: Pipeline<Ticket, PreparedStatement>.Outcome
    switch status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: outcome = .success
    case PGRES_PIPELINE_SYNC: outcome = .sync
    case PGRES_PIPELINE_ABORTED: outcome = .aborted
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: outcome = .copy
    default:
      // libpq makes such a result for every query that waits when the connection breaks.
      if PQstatus(connection) == CONNECTION_BAD, rows.message == nil {
        return handle.fail(.connectionLost(handle.lossReason()))
      }
      outcome = .failure
    }
    switch pipeline.received(outcome) {
    case .nothing: break
    case .deliver(let ticket): ticket.settle(.success(rows))
    case .fail(let ticket): fail(ticket, message(result))
    case .failPreparation(let statement, let plan, let ticket):
      let reason = message(result)
      plans.refuse(statement, plan, reason)
      ticket.settle(.failure(.server(reason)))
    case .forgetPreparation(let statement, let plan): plans.forget(statement, plan)
    case .sendAgain(let ticket): retries.append(ticket)
    case .giveUp: handle.fail(.unexpected("\(String(cString: PQresStatus(status))) out of turn"))
    }
  }

  private func message(_ result: OpaquePointer) -> ServerMessage {
    var message = ServerMessage(result: result)
    handle.notices.hear(message)
    if message.state == .duplicatePreparedStatement || message.state == .invalidSQLStatementName {
      message.hint = message.hint ?? ServerMessage.poolerHint
    }
    return message
  }

  private func fail(_ ticket: Ticket, _ message: ServerMessage) {
    guard case .prepared(let statement) = ticket.text, message.meansStalePlan else {
      ticket.settle(.failure(.server(message)))
      return
    }
    if let reason = plans.refusal(of: statement, ticket.plan) {
      ticket.settle(.failure(.server(reason)))
      return
    }
    // The plan is of no use to anybody, whether this ticket goes on or not.
    if plans.forget(statement, ticket.plan), message.state == .featureNotSupported {
      stale.append(statement)
    }
    guard ticket.renewals < 3 else {
      ticket.settle(.failure(.server(message)))
      return
    }
    // A migration changed the table under the plan: nothing ran, so even a write may be sent again.
    ticket.renewals += 1
    retries.append(ticket)
  }

  private func lost(_ error: PostgresError) {
    loss = error
    silentSince = nil
    for ticket in pipeline.abandon() + retries { ticket.settle(.failure(error)) }
    onLoss(error)
  }

  // MARK: Time and end

  /// Fails what has waited since before `time`, without giving the connection up.
  func expire(before time: UInt64) {
    pipeline.forEachWaiting {
      guard $0.sentAt < time else { return false }
      $0.settle(.failure(.timedOut))
      return true
    }
  }

  /// Gives the connection up; what waits for an answer gets `error`.
  func close(_ error: PostgresError) { handle.fail(error) }
}

extension ServerMessage {
  static let poolerHint =
    "A pooler in transaction mode loses prepared statements: give it session mode, or connect past it."

  /// The plan does not fit the table any more, or somebody deallocated it. The text of the message depends on the
  /// server's language; the name of its function does not.
  var meansStalePlan: Bool {
    state == .invalidSQLStatementName || (state == .featureNotSupported && routine == "RevalidateCachedQuery")
  }
}
