import EventLoop
import Postgres
import Schema

/// Whether this loop can do its work: the server stays, its pool is up and answers, and the schema is there.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class Readiness: @unchecked Sendable {
  /// True once the server is on its way out.
  var isStopping = false
  private let loop: Loop
  private let pool: PostgresPool
  private let onUnfit: (String) -> Void
  private var timer: LoopTimer?
  private var isLooking = false
  private var schemaProblem: String?

  /// A database that has owed an answer for longer than this is not ready, in milliseconds.
  private static let patience: UInt64 = 1000
  /// Milliseconds between two looks at the schema. Who asks for ``obstacle`` causes no query: everybody may ask.
  private static let lookInterval: UInt64 = 2000

  init(_ loop: Loop, _ pool: PostgresPool, onUnfit: @escaping (String) -> Void) {
    self.loop = loop
    self.pool = pool
    self.onUnfit = onUnfit
  }

  func start() {
    let timer = LoopTimer(loop) { [weak self] in self?.look() }
    timer.start(after: Self.lookInterval, every: Self.lookInterval)
    self.timer = timer
  }

  func close() { timer?.close() }

  /// What keeps it from being ready, in words that are fit for everybody; nil if nothing does.
  var obstacle: String? {
    if isStopping { return "the server is stopping" }
    guard pool.isUp else {
      return "no connection to the database is up: \(DatabaseTrouble.reason(for: pool.lastError))"
    }
    guard pool.isResponsive(within: Self.patience) else { return "the database does not answer" }
    return schemaProblem
  }

  private func look() {
    guard !isLooking, pool.isUp else { return }
    isLooking = true
    loop.start { [self] in
      defer { isLooking = false }
      guard let plan = try? await AppliedSchema.plan(pool) else { return }
      note(plan.state)
    }
  }

  /// A schema that is ahead is no obstacle: it belongs to the next release, which is on its way in while this one still
  /// serves.
  private func note(_ state: SchemaState) {
    let before = schemaProblem
    switch state {
    case .current, .ahead: schemaProblem = nil
    case .empty: schemaProblem = "the database has no schema; run `server <connection_url> migrate up`"
    case .behind(let missing):
      schemaProblem =
        "the database's schema lacks \(missing.count) migrations; run `server <connection_url> migrate up`"
    case .broken(let error): schemaProblem = "\(error)"
    }
    if let schemaProblem, schemaProblem != before { onUnfit(schemaProblem) }
  }
}
