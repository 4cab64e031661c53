import Postgres

/// How features change the database: over connections of their own, so that no read waits behind a lock or a disk.
struct Writes: Sendable {
  let lane: DatabaseLane

  /// A change whose end is not known: it was sent, and the connection broke or stayed silent.
  struct Uncertain: Error, CustomStringConvertible {
    let cause: PostgresError
    var description: String { "may or may not be written: \(cause)" }
  }

  /// How often a statement is begun that others are in the way of.
  private static let attempts = 4

  /// Runs a statement, which is a transaction of its own and as a whole happens or does not.
  ///
  /// It is sent again only where PostgreSQL said that it rolled it back for the sake of another one. Where nothing was
  /// said, it throws ``Uncertain`` and leaves it to the client to look or to ask again with a key.
  func run(_ statement: PreparedStatement, _ values: [Value]) async throws -> Rows {
    let pool = await lane.opened()
    var attempt = 1
    while true {
      do {
        return try await pool.write(statement, values)
      } catch PostgresError.server(let message)
        where message.state.gaveWay && attempt < Self.attempts
      {
        attempt += 1
      } catch let error as PostgresError where error.leavesItOpen {
        throw Uncertain(cause: error)
      }
    }
  }
}

extension PostgresError {
  /// True where the statement was sent and no word came back.
  fileprivate var leavesItOpen: Bool {
    switch self {
    case .connectionLost, .timedOut, .closed: true
    case .server, .cannotConnect, .overloaded, .unavailable, .unexpected: false
    }
  }
}
