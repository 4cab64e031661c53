public import EventLoop

/// Runs `body` on a loop of its own and gives the types of the handles that it left open.
public func leftOpenOnLoop(_ body: @escaping @Sendable (Loop) async throws -> Void) async throws -> [String] {
  let thread = try Loop.start(name: "test")
  let result: Result<Void, any Error>
  do {
    try await thread.loop.run { try await body(thread.loop) }
    result = .success(())
  } catch {
    result = .failure(error)
  }
  let left = await stop(thread)
  try result.get()
  return left
}

/// Joining blocks, so it happens on a thread that the test's executor can spare.
private func stop(_ thread: LoopThread) async -> [String] {
  thread.stop()
}
