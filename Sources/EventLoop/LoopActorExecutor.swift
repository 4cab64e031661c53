/// The executor of an actor that lives on a loop.
///
/// The actor keeps it, and names it as its `unownedExecutor`. Between such an actor and a task of the same loop no
/// thread is changed, but each call goes through the loop's queue.
public final class LoopActorExecutor: SerialExecutor {
  private let loop: Loop

  /// An executor on `loop`.
  public init(_ loop: Loop) { self.loop = loop }

  /// Takes a job of the actor.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.post(
      .call {
        job.runSynchronously(
          isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.loop.asUnownedTaskExecutor())
      })
  }

  /// Tells the runtime that code off the loop claims to be on it.
  public func checkIsolated() {
    precondition(loop.isCurrent, "this must be called on the loop's own thread")
  }
}
