public import EventLoop

/// Handles that a test left open.
public struct LeakedHandles: Error {
  /// Their types.
  public let types: [String]
}

/// Runs `body` on a loop of its own and throws if it left a handle open.
public func onLoop(_ body: @escaping @Sendable (Loop) async throws -> Void) async throws {
  let thread = try Loop.start(name: "test")
  let result: Result<Void, any Error>
  do {
    try await thread.loop.run { try await body(thread.loop) }
    result = .success(())
  } catch {
    result = .failure(error)
  }
  let left = thread.stop()
  try result.get()
  if !left.isEmpty { throw LeakedHandles(types: left) }
}
