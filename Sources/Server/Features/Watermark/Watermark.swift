import Bytes
import HTTP
import Postgres
import Synchronization

/// What `GET /customers/watermark` says.
struct Watermark: Equatable, Sendable {
  /// No row with this id or a lower one can still appear, unless its id is given.
  var settled: Int64
  /// The highest id that was drawn, was announced by a load or is there.
  var highest: Int64
  /// Transactions that have drawn an id or written a customer and have not ended.
  var transactions: Int
  /// Loads that are not finished.
  var loads: Int64

  func write(to body: inout ByteBuffer) {
    body.append("{\"settled\":")
    body.append(decimal: settled)
    body.append(",\"highest\":")
    body.append(decimal: highest)
    body.append(",\"transactions\":")
    body.append(decimal: Int64(transactions))
    body.append(",\"loads\":")
    body.append(decimal: loads)
    body.append("}")
  }
}

/// What is known about settled ids, shared by all loops.
final class WatermarkMemory: Sendable {
  private let ids = Mutex(SettledIDs())

  func beginRound() -> SettledIDs.Round { ids.withLock { $0.beginRound() } }

  /// Takes a sample in and gives what is settled now.
  func take(_ sample: SettledIDs.Sample, of round: SettledIDs.Round) -> Int64 {
    ids.withLock {
      $0.take(sample, of: round)
      return $0.settled
    }
  }
}

/// Looks at the database and tells what is settled.
struct WatermarkObserver: Sendable {
  let pool: PostgresPool
  let memory: WatermarkMemory

  /// Milliseconds between two looks that nobody asked for. They make the checkpoints that a later question can be
  /// answered from while a long transaction is open.
  static let interval: UInt64 = 10_000

  func look() async throws -> Watermark {
    let round = memory.beginRound()
    // One after the other, since their order is what makes the answer true.
    let position = try await pool.read(WatermarkQueries.position)
    let drawn = try Self.drawn(position)
    let holders = try await pool.read(WatermarkQueries.holders)
    let sample = SettledIDs.Sample(
      era: .init(start: position.integer(0, 0) ?? 0, sequence: position.integer(0, 1) ?? 0), drawn: drawn,
      holders: Set(
        (0..<holders.count).map { row in
          .init(transaction: holders.text(row, 0) ?? "", isPrepared: holders.boolean(row, 1) ?? false)
        }))
    var settled = memory.take(sample, of: round)
    // A load that is announced later than this has ids above the settled ones.
    let loads = try await pool.read(WatermarkQueries.loads)
    if let first = loads.integer(0, 1) { settled = min(settled, first - 1) }
    return Watermark(
      settled: max(0, settled),
      highest: max(drawn, position.integer(0, 3) ?? 0, loads.integer(0, 2) ?? 0),
      transactions: holders.count, loads: loads.integer(0, 0) ?? 0)
  }

  private static func drawn(_ position: Rows) throws -> Int64 {
    guard let drawn = position.integer(0, 2) else {
      throw PostgresError.unexpected("no row of the sequence of customers")
    }
    if position.boolean(0, 4) == true {
      // It can once the standby is promoted.
      throw Problem.unavailable(
        "this server reads from a standby, which cannot tell what its primary is writing", retryAfter: 30)
    }
    guard position.boolean(0, 5) == true else {
      throw Problem(
        .conflict,
        "the sequence of customer_id does not draw ids one by one and upwards, so none of them is ever settled"
      )
    }
    return drawn
  }

  /// Looks again and again, until the task is canceled.
  func watch() async {
    while !Task.isCancelled {
      // A database that is away makes itself known elsewhere.
      _ = try? await look()
      try? await pool.loop.sleep(milliseconds: Self.interval)
    }
  }
}
