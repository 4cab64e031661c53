internal import Synchronization

/// Which statements one connection has prepared, as a value.
///
/// Every preparation has a number of its own. A query that fails for its plan's sake can so be told apart from
/// one whose plan was prepared anew while it was under way: hundreds may be, and the first one mends it for all.
struct PlanCache {
  /// By the statements' numbers; 0 where nothing is prepared.
  private var plans: [UInt32] = []
  private var last: UInt32 = 0
  private var refusals: [Int: (plan: UInt32, reason: ServerMessage)] = [:]

  /// The plan of a statement; nil if it has to be prepared first.
  @inline(__always)
  func plan(of statement: PreparedStatement) -> UInt32? {
    guard statement.number < plans.count, plans[statement.number] != 0 else { return nil }
    return plans[statement.number]
  }

  /// Notes that a preparation is sent and gives its number.
  mutating func prepare(_ statement: PreparedStatement) -> UInt32 {
    while plans.count <= statement.number { plans.append(0) }
    last += 1
    plans[statement.number] = last
    return last
  }

  /// Forgets `plan`. False if it was forgotten before, or a newer one is there.
  @discardableResult
  mutating func forget(_ statement: PreparedStatement, _ plan: UInt32) -> Bool {
    guard self.plan(of: statement) == plan else { return false }
    plans[statement.number] = 0
    return true
  }

  /// Notes that the server would not prepare `statement`. Queries that were sent in trust of it are told the same
  /// reason, see ``refusal(of:_:)``.
  mutating func refuse(_ statement: PreparedStatement, _ plan: UInt32, _ reason: ServerMessage) {
    forget(statement, plan)
    refusals[statement.number] = (plan, reason)
  }

  /// Why the server would not prepare `plan`, if it would not.
  func refusal(of statement: PreparedStatement, _ plan: UInt32) -> ServerMessage? {
    refusals[statement.number].flatMap { $0.plan == plan ? $0.reason : nil }
  }
}

/// A query that is prepared once per connection, by name, and then runs by name.
///
/// Declare it once, as a `static let`. Through a pooler that hands connections round between transactions
/// (PgBouncer before 1.21 in transaction mode) there are no such names: see `docs/ARCHITECTURE.md`.
public final class PreparedStatement: Sendable {
  /// The name in PostgreSQL; unique in the program.
  public let name: StaticString
  /// The text, with `$1`, `$2`, ….
  public let sql: String
  /// The statement's place among all of the process.
  let number: Int

  private static let count = Atomic<Int>(0)

  /// A statement. `sql` should name its columns, so that a migration under a running server does not change the
  /// shape of the answer. Parameters have the types of the first values that they get; of a NULL among those
  /// PostgreSQL has to find the type, so write `$1::bigint` where it cannot.
  public init(_ name: StaticString, _ sql: String) {
    precondition(name.hasPointerRepresentation)
    self.name = name
    self.sql = sql
    number = Self.count.add(1, ordering: .relaxed).oldValue
  }

  var cName: UnsafePointer<CChar> { UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self) }
}
