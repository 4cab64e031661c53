internal import Glibc

/// The arguments as C holds them, so that a secret can be overwritten where `ps` would read it.
public final class ArgumentVector {
  /// Pointers of our own to the strings; the strings are the process's, or copies.
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  /// How many there are, the program's name included.
  let count: Int
  private let ownsStrings: Bool

  /// The arguments of this process; overwriting one changes what `/proc/self/cmdline` shows.
  public init() {
    count = Int(CommandLine.argc)
    pointers = .allocate(capacity: count + 1)
    pointers.initialize(from: CommandLine.unsafeArgv, count: count)
    (pointers + count).initialize(to: nil)
    ownsStrings = false
  }

  /// Copies of `arguments`, without a program's name in front.
  public init(_ arguments: [String]) {
    let all = ["program"] + arguments
    count = all.count
    pointers = .allocate(capacity: count + 1)
    for (index, argument) in all.enumerated() { (pointers + index).initialize(to: strdup(argument)) }
    (pointers + count).initialize(to: nil)
    ownsStrings = true
  }

  deinit {
    if ownsStrings {
      for index in 0..<count { free(pointers[index]) }
    }
    pointers.deallocate()
  }

  /// What the arguments look like now; broken UTF-8 is repaired.
  public var strings: [String] {
    (1..<max(count, 1)).map { pointers[$0].map { String(cString: $0) } ?? "" }
  }

  /// Overwrites the string from `start` to its end with asterisks.
  static func overwrite(_ start: UnsafeMutablePointer<CChar>) {
    memset(start, Int32(UInt8(ascii: "*")), strlen(start))
  }
}
