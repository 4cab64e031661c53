public import EventLoop
import Foundation

extension Loop {
  /// Runs what blocks on a thread of its own and waits for it. libuv's pool has four threads for all loops, and tests
  /// that wait for servers there would keep each other from looking names up.
  public func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
  }
}
