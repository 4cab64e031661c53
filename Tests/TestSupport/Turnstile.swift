/// Lets so many in at once and holds the others back.
///
/// Tests run side by side, all of them at once; on a busy machine a hundred loops would hold each other up until what
/// a test calls slow is what it calls quick.
public actor Turnstile {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A turnstile for `width` at once.
  public init(width: Int) { free = width }

  /// Runs `body` as soon as there is room.
  public nonisolated func pass<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
    await enter()
    do {
      let value = try await body()
      await leave()
      return value
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
