internal import Bytes
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
  private var connection: OpaquePointer { handle.connection }
  private var pipeline = Pipeline<Ticket, PreparedStatement>()
  private var prepared: Set<ObjectIdentifier> = []
  private var hasOpenGroup = false
  private var syncIsPlanned = false

  /// Called once when the connection is lost.
  var onLoss: (PostgresError) -> Void = { _ in }

  init(_ handle: ConnectionHandle) throws {
    guard PQenterPipelineMode(handle.connection) == 1 else {
      throw PostgresError.cannotConnect(handle.connection.connectionMessage)
    }
    self.handle = handle
    handle.onInput = { [unowned self] in takeResults() }  // SAFETY: the handle is owned by this object.
    handle.onFailure = { [weak self] in self?.lost($0) }
  }

  /// Commands without an answer.
  var load: Int { pipeline.count }
  /// Since when the server has owed an answer without giving any; nil if it owes none.
  private(set) var oldest: UInt64?

  /// Sends a query. The ticket is settled in any case.
  func submit(_ ticket: Ticket) {
    switch ticket.kind {
    case .read:
      guard send(ticket) else { return }
      hasOpenGroup = true
      planSync()
    case .write: submitAlone(ticket)
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
    guard !handle.isClosed else {
      ticket.settle(.failure(.closed))
      return false
    }
    if oldest == nil { oldest = ticket.sentAt }
    switch ticket.text {
    case .plain(let sql):
      let sent = ticket.values.withArrays { count, values, lengths, formats in
        PQsendQueryParams(connection, sql, count, nil, values, lengths, formats, 1)
      }
      guard accepted(sent, for: ticket) else { return false }
    case .prepared(let statement):
      if prepared.insert(ObjectIdentifier(statement)).inserted {
        guard accepted(PQsendPrepare(connection, statement.cName, statement.sql, 0, nil), for: ticket) else {
          return false
        }
        pipeline.sent(.prepare(statement, for: ticket))
      }
      let sent = ticket.values.withArrays { count, values, lengths, formats in
        PQsendQueryPrepared(connection, statement.cName, count, values, lengths, formats, 1)
      }
      guard accepted(sent, for: ticket) else { return false }
    }
    pipeline.sent(.query(ticket))
    return true
  }

  /// The one check of what libpq's send functions return.
  private func accepted(_ result: Int32, for ticket: Ticket? = nil) -> Bool {
    if result == 1 { return true }
    let error = PostgresError.connectionLost(connection.connectionMessage)
    handle.fail(error)
    ticket?.settle(.failure(error))
    return false
  }

  // MARK: Answers

  private func takeResults() {
    while !handle.isClosed, !pipeline.isEmpty, PQisBusy(connection) == 0 {
      guard let result = PQgetResult(connection) else {
        if !pipeline.commandEnded() {
          handle.fail(.unexpected("a result less than commands sent"))
        }
        continue
      }
      take(Rows(result: result), status: PQresultStatus(result), result)
    }
    // Answers came, so the server is alive: whatever still waits is measured from now.
    oldest = pipeline.isEmpty ? nil : handle.loop.now
  }

  private func take(_ rows: Rows, status: ExecStatusType, _ result: OpaquePointer) {
    let outcome: Pipeline<Ticket, PreparedStatement>.Outcome
    switch status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: outcome = .success
    case PGRES_PIPELINE_SYNC: outcome = .sync
    case PGRES_PIPELINE_ABORTED: outcome = .aborted
    default: outcome = .failure
    }
    switch pipeline.received(outcome) {
    case .nothing: break
    case .deliver(let ticket): ticket.settle(.success(rows))
    case .fail(let ticket): fail(ticket, ServerMessage(result: result))
    case .failPreparation(let statement, let ticket):
      prepared.remove(ObjectIdentifier(statement))
      // An aborted preparation leaves its query to be sent again.
      if outcome == .failure { ticket.settle(.failure(.server(ServerMessage(result: result)))) }
    case .sendAgain(let ticket): if !ticket.isSettled { submitAlone(ticket) }
    case .giveUp: handle.fail(.unexpected("a result that no command asked for"))
    }
  }

  private func fail(_ ticket: Ticket, _ message: ServerMessage) {
    // A connection that the server ends reports it as a query's error first.
    guard case .prepared(let statement) = ticket.text, !ticket.hasFreshPlan, message.meansStalePlan else {
      ticket.settle(.failure(.server(message)))
      return
    }
    // A migration changed the table under the plan: nothing ran, so even a write may be sent again.
    ticket.hasFreshPlan = true
    prepared.remove(ObjectIdentifier(statement))
    closeGroup()
    if message.state == ServerMessage.stalePlan {
      guard
        accepted(
          PQsendQueryParams(connection, "DEALLOCATE \(statement.name)", 0, nil, nil, nil, nil, 1), for: ticket
        )
      else { return }
      pipeline.sent(.deallocate)
    }
    submitInOpenGroup(ticket)
  }

  private func submitInOpenGroup(_ ticket: Ticket) {
    hasOpenGroup = true
    if send(ticket) { closeGroup() }
  }

  private func lost(_ error: PostgresError) {
    for ticket in pipeline.abandon() { ticket.settle(.failure(error)) }
    onLoss(error)
  }

  /// Gives the connection up; what waits for an answer gets `error`.
  func close(_ error: PostgresError) { handle.fail(error) }
}

extension ServerMessage {
  static let stalePlan = "0A000"
  private static let unknownStatement = "26000"

  /// The plan does not fit the table any more, or somebody deallocated it.
  var meansStalePlan: Bool {
    state == Self.unknownStatement || (state == Self.stalePlan && message.holds("cached plan"))
  }
}
