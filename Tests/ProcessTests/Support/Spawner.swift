import Foundation

/// What to start.
struct SpawnRequest: Sendable {
  enum Stream: Sendable {
    case null
    case file(String)
    case descriptor(Int32)
  }

  /// The program's path, then its arguments.
  var arguments: [String]
  /// All of its variables; nothing is inherited.
  var environment: [String: String]
  var input = Stream.null
  var output = Stream.null
  var errors = Stream.null
  /// Goes on when this process has ended; everything else is killed then.
  var outlivesUs = false

  init(_ arguments: [String], environment: [String: String], input: Stream = .null, outlivesUs: Bool = false)
  {
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.outlivesUs = outlivesUs
  }
}

/// Starts processes that die with this one.
///
/// `setpriv --pdeathsig` asks the kernel for that; what it watches is the thread that started the process, so one
/// thread that never ends starts them all.
final class Spawner: Sendable {
  static let shared = Spawner()
  private let queue = SpawnQueue()

  private init() {
    Thread.detachNewThread { [queue] in
      while true { queue.next().run() }
    }
  }

  func spawn(_ request: SpawnRequest) throws -> pid_t {
    let order = SpawnOrder(request)
    queue.add(order)
    return try order.wait()
  }
}

/// One request on its way to the thread, and the answer on its way back.
/// SAFETY: `@unchecked Sendable` since the semaphore orders the one write of `result` before the one read.
private final class SpawnOrder: @unchecked Sendable {
  private let request: SpawnRequest
  private let done = DispatchSemaphore(value: 0)
  private var result: Result<pid_t, any Error> = .failure(TestFailure("not started"))

  init(_ request: SpawnRequest) { self.request = request }

  func run() {
    result = Result { try start(request) }
    done.signal()
  }

  func wait() throws -> pid_t {
    done.wait()
    return try result.get()
  }
}

/// SAFETY: `@unchecked Sendable` since the lock guards the array.
private final class SpawnQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var orders: [SpawnOrder] = []

  func add(_ order: SpawnOrder) {
    condition.lock()
    orders.append(order)
    condition.signal()
    condition.unlock()
  }

  func next() -> SpawnOrder {
    condition.lock()
    defer { condition.unlock() }
    while orders.isEmpty { condition.wait() }
    return orders.removeFirst()
  }
}

private func start(_ request: SpawnRequest) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for (number, stream) in [request.input, request.output, request.errors].enumerated() {
    let number = Int32(number)
    switch stream {
    case .null: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
    case .file(let path):
      posix_spawn_file_actions_addopen(&actions, number, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    case .descriptor(let other): posix_spawn_file_actions_adddup2(&actions, other, number)
    }
  }
  // What this process has open is not for others, least of all the pipe that the keeper listens to.
  let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
  for number in open where number > 2 { posix_spawn_file_actions_addclose(&actions, number) }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // What the tests' process does with signals is not for the programs.
  var none = sigset_t()
  sigemptyset(&none)
  var all = sigset_t()
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  let wrapper = request.outlivesUs ? ["/usr/bin/setsid"] : ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]
  let words = wrapper + request.arguments
  var arguments = words.map { strdup($0) } + [nil]
  var variables = request.environment.map { strdup("\($0)=\($1)") } + [nil]
  defer { for text in arguments + variables { free(text) } }
  var process: pid_t = 0
  let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
  guard code == 0 else {
    throw TestFailure("\(words[0]) cannot be started: \(String(cString: strerror(code)))")
  }
  return process
}
