import Glibc

/// How many descriptors the process may have open.
enum DescriptorLimit {
  /// The limit in force, and the one that it may be raised to.
  static var current: (soft: Int, hard: Int) {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return (1024, 1024) }
    return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
  }

  /// Raises the limit to `wanted`, or as far as it goes; gives the one that is in force then.
  static func raise(to wanted: Int) -> Int {
    let (soft, hard) = current
    guard wanted > soft else { return soft }
    var limit = rlimit(rlim_cur: rlim_t(min(wanted, hard)), rlim_max: rlim_t(hard))
    return setrlimit(resource, &limit) == 0 ? min(wanted, hard) : soft
  }

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
