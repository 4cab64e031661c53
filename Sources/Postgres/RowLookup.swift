internal import EventLoop

/// Looks up rows by a `bigint` key.
///
/// All that one turn of the loop asks for comes with one query: PostgreSQL reads a row of many for a fraction of what a
/// query costs. A query that failed for some row is asked again for each key alone, so that the others do not suffer.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone.
public final class RowLookup: @unchecked Sendable {
  private struct Waiting {
    let key: Int64
    let continuation: UnsafeContinuation<Row?, any Error>
  }

  private let pool: PostgresPool
  private let one: PreparedStatement
  private let many: PreparedStatement
  private var waiting: [Waiting] = []
  private var asksAtEnd = false

  /// Keys of one query at most. PostgreSQL begins with the first ones while the turn still collects others, and
  /// several connections share the work: one query for all would have loop and database wait for each other.
  static let keysPerQuery = 32

  /// A look-up on a pool. Both statements give the key as their first column, at most one row a key, and else the same
  /// columns.
  ///
  /// - Parameters:
  ///   - one: finds the row of `$1`, a `bigint`.
  ///   - many: finds the rows of `$1`, a `bigint[]`, in any order.
  public init(_ pool: PostgresPool, one: PreparedStatement, many: PreparedStatement) {
    self.pool = pool
    self.one = one
    self.many = many
  }

  private var loop: Loop { pool.loop }

  /// The row with this key, nil if there is none.
  public func row(_ key: Int64) async throws -> Row? {
    loop.assertCurrent()
    return try await withUnsafeThrowingContinuation { continuation in
      if !asksAtEnd {
        asksAtEnd = true
        loop.atEndOfTurn {
          self.asksAtEnd = false
          self.ask()
        }
      }
      waiting.append(Waiting(key: key, continuation: continuation))
      if waiting.count == Self.keysPerQuery { ask() }
    }
  }

  private func ask() {
    guard !waiting.isEmpty else { return }
    ask(for: waiting.sorted { $0.key < $1.key })
    waiting.removeAll(keepingCapacity: true)
  }

  /// Asks for several, in the order of their keys.
  private func ask(for wanted: [Waiting]) {
    if wanted.count == 1 { return askAlone(wanted[0]) }
    let keys = BoundValues.many([.bytes(Value.arrayOfBigints(wanted.lazy.map(\.key)))])
    submit(many, keys, urgent: wanted.count == Self.keysPerQuery) { [self] answer in
      switch answer {
      case .success(let rows): deliver(rows, to: wanted)
      // Not the connection's fault but that of some row. Nothing may be sent while an answer is being taken.
      case .failure(.server(let message)) where message.mayBeOfOneRow:
        loop.atEndOfTurn { for one in wanted { self.askAlone(one) } }
      case .failure(let error): for one in wanted { one.continuation.resume(throwing: error) }
      }
    }
  }

  private func askAlone(_ wanted: Waiting) {
    submit(one, .one(wanted.key)) { answer in
      switch answer {
      case .success(let rows): wanted.continuation.resume(returning: rows.count > 0 ? rows[0] : nil)
      case .failure(let error): wanted.continuation.resume(throwing: error)
      }
    }
  }

  private func submit(
    _ statement: PreparedStatement, _ values: BoundValues, urgent: Bool = false,
    _ receive: @escaping (Result<Rows, PostgresError>) -> Void
  ) {
    do throws(PostgresError) {
      let ticket = Ticket(.prepared(statement), values, .read, sentAt: loop.now, for: .call(receive))
      try pool.submit(ticket, urgent: urgent)
    } catch {
      receive(.failure(error))
    }
  }

  /// Rows may come in any order, and several may wait for one.
  private func deliver(_ rows: Rows, to wanted: [Waiting]) {
    let places = (0..<rows.count).map { (key: rows.integer($0, 0), place: $0) }
      .sorted { ($0.key ?? .min) < ($1.key ?? .min) }
    var next = 0
    for one in wanted {
      while next < places.count, (places[next].key ?? .min) < one.key { next += 1 }
      let isThere = next < places.count && places[next].key == one.key
      one.continuation.resume(returning: isThere ? rows[places[next].place] : nil)
    }
  }
}

extension ServerMessage {
  /// False where the server ended the query for reasons of its own: each key alone would only take as long once more.
  fileprivate var mayBeOfOneRow: Bool { !state.isOf(.insufficientResources, .operatorIntervention) }
}
