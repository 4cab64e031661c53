internal import CGetopt
internal import Glibc
internal import Synchronization

/// `getopt_long` keeps its place in C globals: one scan at a time.
private let getoptLock = Mutex<Void>(())

/// What `getopt_long` finds in an argument vector: options with their values, and the operands between and
/// behind them, in order (options may follow operands; `--` ends the options).
struct ArgumentScan {
  /// Values by the option's name; nil where the option was given without one. The last one given wins.
  var values: [String: String?] = [:]
  var operands: [String] = []
  /// The first mistake. It is kept, not thrown, so that `--help` after a mistake still helps.
  var mistake: UsageError?

  /// Scans for `options`. Values of secret options are overwritten in `vector` as they are read, and so are
  /// operands that `isSecretOperand` picks.
  init(
    _ vector: ArgumentVector, options: [OptionDefinition], isSecretOperand: (String) -> Bool
  ) {
    getoptLock.withLock { _ in
      scan(vector, options, isSecretOperand)
    }
  }

  /// Values that `getopt_long` gives for long options start here, beyond every letter.
  private static let firstLong: Int32 = 0x1000

  private mutating func scan(
    _ vector: ArgumentVector, _ options: [OptionDefinition], _ isSecretOperand: (String) -> Bool
  ) {
    // "-" hands operands over in order whatever POSIXLY_CORRECT says; ":" tells a missing value apart.
    let letters = options.compactMap { option in option.short.map { "\($0)" + option.getoptSuffix } }
    let shortOptions = "-:" + letters.joined()
    let names = options.map { strdup($0.name) }
    defer { for name in names { free(name) } }
    var table: [option] = zip(names, options).enumerated().map { index, pair in
      option(
        name: pair.0, has_arg: pair.1.getoptArgument, flag: nil, val: Self.firstLong + Int32(index))
    }
    table.append(option())

    roster_getopt_restart()
    while true {
      let code = getopt_long(Int32(vector.count), vector.pointers, shortOptions, table, nil)
      if code == -1 { break }
      switch code {
      case 1:
        if let start = roster_getopt_argument() { takeOperand(start, isSecretOperand) }
      case Int32(UInt8(ascii: "?")):
        note(refusal(vector, options))
      case Int32(UInt8(ascii: ":")):
        note(Self.missingValue(Self.find(roster_getopt_culprit(), options)))
      default:
        if let found = Self.find(code, options) { take(found, vector, options) }
      }
    }
    for index in min(Int(roster_getopt_index()), vector.count)..<vector.count {
      if let start = vector.pointers[index] { takeOperand(start, isSecretOperand) }
    }
  }

  private mutating func take(
    _ option: OptionDefinition, _ vector: ArgumentVector, _ options: [OptionDefinition]
  ) {
    guard let start = roster_getopt_argument() else {
      values.updateValue(nil as String?, forKey: option.name)
      return
    }
    let isSeparate = vector.pointers[Int(roster_getopt_index()) - 1] == start
    let text = String(validatingCString: start)
    if option.isSecret { ArgumentVector.overwrite(start) }
    guard let text else {
      return note(UsageError("--\(option.name): the value is not UTF-8; give it in UTF-8"))
    }
    if text.isEmpty {
      return note(
        UsageError("--\(option.name): the value is empty; give one or leave the option out"))
    }
    if isSeparate, text.hasPrefix("--"), options.contains(where: { "--\($0.name)" == text }) {
      return note(
        UsageError(
          "--\(option.name): a value is missing before \(text); write \(option.form), or "
            + "--\(option.name)=\(text) if that is the value"))
    }
    values.updateValue(text, forKey: option.name)
  }

  private mutating func takeOperand(
    _ start: UnsafeMutablePointer<CChar>, _ isSecret: (String) -> Bool
  ) {
    guard let text = String(validatingCString: start) else {
      return note(UsageError("an argument is not UTF-8; give it in UTF-8"))
    }
    if isSecret(text) { ArgumentVector.overwrite(start) }
    operands.append(text)
  }

  private mutating func note(_ error: UsageError) {
    if mistake == nil { mistake = error }
  }

  private static func find(_ code: Int32, _ options: [OptionDefinition]) -> OptionDefinition? {
    if code >= firstLong, Int(code - firstLong) < options.count { return options[Int(code - firstLong)] }
    guard code > 0, let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
    return options.first { $0.short == Character(scalar) }
  }

  private static func missingValue(_ option: OptionDefinition?) -> UsageError {
    guard let option else { return UsageError("the last option needs a value; see --help") }
    return UsageError("--\(option.name) needs a value; write \(option.form)")
  }

  /// Why `getopt_long` refused the option it has just read.
  private func refusal(_ vector: ArgumentVector, _ options: [OptionDefinition]) -> UsageError {
    let culprit = roster_getopt_culprit()
    if culprit >= Self.firstLong, let option = Self.find(culprit, options) {
      return UsageError("--\(option.name) takes no value; write it alone")
    }
    if culprit != 0 {
      let letter = Unicode.Scalar(UInt8(truncatingIfNeeded: culprit))
      return UsageError("unknown option -\(letter); --help lists the options")
    }
    // A value behind "=" may be a secret under a mistyped name: only the name is shown.
    let word = vector.pointers[Int(roster_getopt_index()) - 1].map { String(cString: $0) } ?? ""
    let name = String(word.drop { $0 == "-" }.prefix { $0 != "=" })
    if let start = vector.pointers[Int(roster_getopt_index()) - 1], let equals = strchr(start, 0x3D) {
      ArgumentVector.overwrite(equals + 1)
    }
    let meant = options.map(\.name).filter { $0.hasPrefix(name) }
    if meant.count > 1 {
      return UsageError("--\(name) could be \(alternatives(meant.map { "--\($0)" })); write one in full")
    }
    if let near = nearestName(to: name, among: options.map(\.name)) {
      return UsageError("unknown option \(quoted("--\(name)")); did you mean --\(near)?")
    }
    return UsageError("unknown option \(quoted("--\(name)")); --help lists the options")
  }
}

extension OptionDefinition {
  /// The option as it is written in a message, with its placeholder.
  var form: String { placeholder.map { "--\(name) \($0)" } ?? "--\(name)" }

  fileprivate var getoptArgument: Int32 {
    switch kind {
    case .action: no_argument
    case .toggle: optional_argument
    default: required_argument
    }
  }

  fileprivate var getoptSuffix: String {
    switch kind {
    case .action, .toggle: ""
    default: ":"
    }
  }
}
