/// A loop runs the jobs of tasks that prefer it and of actors that live on it.
extension Loop: SerialExecutor, TaskExecutor {
  /// Takes a job: on the loop it runs before the present callback returns, from elsewhere it wakes the loop.
  public func enqueue(_ job: consuming ExecutorJob) {
    post(.job(UnownedJob(job)))
  }

  /// The loop as the executor of an actor.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// The loop as a task's preferred executor.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  /// Tells the runtime that code off the loop claims to be on it.
  public func checkIsolated() {
    precondition(isCurrent, "this must be called on the loop's own thread")
  }

  /// Starts a task that lives on the loop.
  ///
  /// A bare `Task {}` would not inherit the executor; child tasks made inside the body do.
  @discardableResult
  public func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    Task(executorPreference: self) { await body() }
  }

  /// Runs `body` on the loop and waits for it; canceling the caller cancels it.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws
    -> Value
  {
    let task = Task(executorPreference: self) { try await body() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
