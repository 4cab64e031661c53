import EventLoop
import Postgres

/// Changes of one kind that wait for each other's disk: those that come while others are being written go together, as
/// one statement and so one commit, when a place is free. Who comes alone waits for nobody.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class SharedWrites<Item: Sendable>: @unchecked Sendable {
  /// Writes several at once. What comes back is in their order; nil where one was not written and has to go alone, for
  /// an answer of its own.
  typealias Together = @Sendable ([Item]) async throws -> [Row?]

  private enum Turn {
    /// Lead these, if there are any, and write.
    case lead([Waiting])
    /// Somebody else has written it, or nil: go alone.
    case written(Result<Row?, any Error>)
  }

  private struct Waiting {
    let item: Item
    let continuation: UnsafeContinuation<Turn, Never>
  }

  private let lane: DatabaseLane
  private let together: Together
  private var waiting: [Waiting] = []
  /// Statements under way.
  private var underWay = 0

  /// Items of one statement at most.
  static var mostItems: Int { 64 }

  init(_ lane: DatabaseLane, together: @escaping Together) {
    self.lane = lane
    self.together = together
  }

  /// Writes `item`, with others if there are others; `alone` writes it by itself.
  func write(_ item: Item, alone: () async throws -> Row) async throws -> Row {
    lane.loop.assertCurrent()
    switch await turn(of: item) {
    case .written(let result):
      if let row = try result.get() { return row }
      return try await alone()
    case .lead(let others):
      defer { passOn() }
      if !others.isEmpty, let row = try await lead([item] + others.map(\.item), others) { return row }
      return try await alone()
    }
  }

  private func turn(of item: Item) async -> Turn {
    // As many at once as there are connections; more would stand behind each other there.
    if underWay < lane.connections {
      underWay += 1
      return .lead([])
    }
    return await withUnsafeContinuation { waiting.append(Waiting(item: item, continuation: $0)) }
  }

  /// Writes the items; the first one is the caller's own.
  private func lead(_ items: [Item], _ others: [Waiting]) async throws -> Row? {
    do {
      let rows = try await together(items)
      for (other, row) in zip(others, rows.dropFirst()) {
        other.continuation.resume(returning: .written(.success(row)))
      }
      return rows.first ?? nil
    } catch PostgresError.server {
      // Something is wrong with one of them, and nothing was written.
      for other in others { other.continuation.resume(returning: .written(.success(nil))) }
      return nil
    } catch {
      for other in others { other.continuation.resume(returning: .written(.failure(error))) }
      throw error
    }
  }

  /// Gives the place to those who wait.
  private func passOn() {
    guard !waiting.isEmpty else {
      underWay -= 1
      return
    }
    let next = Array(waiting.prefix(Self.mostItems))
    waiting.removeFirst(next.count)
    next[0].continuation.resume(returning: .lead(Array(next.dropFirst())))
  }
}
