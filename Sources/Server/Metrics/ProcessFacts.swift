import Glibc

/// What the kernel knows of this process.
struct ProcessFacts: Sendable {
  var residentBytes = 0
  var openDescriptors = 0
  var mostDescriptors = 0
  var cpuNanoseconds: UInt64 = 0
  /// Threads, the loops' and the pool's.
  var threads = 0

  /// Reads files of `/proc` and counts descriptors one by one, so it belongs on the thread pool.
  static func read() -> ProcessFacts {
    var facts = ProcessFacts()
    if let pages = numbers(in: "/proc/self/statm").dropFirst().first {
      facts.residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
    facts.openDescriptors = entries(of: "/proc/self/fd")
    facts.threads = entries(of: "/proc/self/task")
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      facts.mostDescriptors = Int(clamping: limit.rlim_cur)
    }
    var time = timespec()
    if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
      facts.cpuNanoseconds = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
    return facts
  }

  private static func numbers(in path: String) -> [Int] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    return text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
  }

  private static func entries(of path: String) -> Int {
    guard let folder = opendir(path) else { return 0 }
    defer { closedir(folder) }
    // Without the folder itself, its parent, and the descriptor that reads it.
    var count = path.hasSuffix("/fd") ? -3 : -2
    while readdir(folder) != nil { count += 1 }
    return max(count, 0)
  }
}
