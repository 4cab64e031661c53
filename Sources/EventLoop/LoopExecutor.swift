/// A loop runs the jobs of tasks that prefer it.
///
/// It is no `SerialExecutor` itself, see ``LoopActorExecutor``: a job that runs on a serial executor is isolated to it,
/// and each call of an async function that is not, and each return from one, then goes through the queue.
/// That was fourteen times in a request.
extension Loop: TaskExecutor {
  /// Takes a job: on the loop it runs before the present callback returns, from elsewhere it wakes the loop.
  public func enqueue(_ job: consuming ExecutorJob) {
    post(.job(UnownedJob(job)))
  }

  /// The loop as a task's preferred executor.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
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
