internal import Bytes

// How the operands of a command line are told apart: connection URL, command, and what the command takes.
extension Program {
  /// Takes the connection URL off the front: a first operand with `://` or `=` in it.
  func takeConnectionURL(_ operands: inout [String]) -> String? {
    guard takesConnectionURL, let first = operands.first, isConnectionURL(first) else { return nil }
    return operands.removeFirst()
  }

  /// The command with the longest path that the operands begin with, and the operands behind it.
  func findCommand(_ operands: [String]) throws(UsageError) -> (Command, [String]) {
    let called = commands.filter { operands.starts(with: $0.path) && !$0.path.isEmpty }
    if let best = called.max(by: { $0.path.count < $1.path.count }) {
      return (best, Array(operands.dropFirst(best.path.count)))
    }
    guard let first = commands.first else { throw UsageError("\(name) has no commands") }
    guard let word = operands.first else { return (first, []) }
    if first.path.isEmpty { return (first, operands) }

    // A group such as `migrate` that was called with no word, or the wrong one, behind it.
    let depth = (1...operands.count).last { count in
      commands.contains { $0.path.starts(with: operands.prefix(count)) }
    }
    if let depth {
      let group = operands.prefix(depth).joined(separator: " ")
      let next = commands.filter { $0.path.starts(with: operands.prefix(depth)) }.map { $0.path[depth] }
      throw UsageError("\(group) needs one of \(alternatives(unique(next))) behind it")
    }
    // What is neither may be a mistyped URL with a password in it.
    let words = unique(commands.compactMap(\.path.first))
    if mayHoldPassword(word) {
      throw UsageError(
        "the first argument is no connection URL, which begins like postgresql://, and no command")
    }
    if let near = nearestName(to: word, among: words) {
      throw UsageError("unknown command \(quoted(word)); did you mean \(near)?")
    }
    throw UsageError("unknown command \(quoted(word)); use \(alternatives(words))")
  }

  func checkOperands(_ operands: [String], of command: Command) throws(UsageError) {
    let required = command.operands.filter { !$0.isOptional }.count
    if operands.count < required {
      let missing = command.operands[operands.count]
      throw UsageError("\(missing.placeholder) is missing; the form is: \(form(of: command))")
    }
    guard operands.count > command.operands.count else { return }
    let extra = operands[command.operands.count]
    let subject = mayHoldPassword(extra) ? "an argument" : quoted(extra)
    throw UsageError("\(subject) is one argument too many; the form is: \(form(of: command))")
  }

  func checkBelonging(_ names: [String], to command: Command) throws(UsageError) {
    for name in names where !command.options.contains(where: { $0.name == name }) {
      let owners = commands.filter { $0.options.contains { $0.name == name } }
      throw UsageError(
        "--\(name) belongs to \(alternatives(owners.map(words))), not to \(words(command))")
    }
  }

  /// What calls a command; the program's own name if that is all it takes.
  func words(_ command: Command) -> String {
    command.path.isEmpty ? name : command.path.joined(separator: " ")
  }

  /// `server <connection_url> [COMMAND] [options]`: the whole program; the form of its one command where that has no
  /// name.
  var outline: String {
    guard let first = commands.first, !first.path.isEmpty else { return commands.first.map(form) ?? name }
    return ([name] + (takesConnectionURL ? ["<connection_url>"] : []) + ["[COMMAND]", "[options]"])
      .joined(separator: " ")
  }

  /// `server <connection_url> migrate new NAME [options]`.
  func form(of command: Command) -> String {
    var words = [name]
    if takesConnectionURL { words.append(command.usesDatabase ? "<connection_url>" : "[connection_url]") }
    if let first = commands.first, first.path == command.path, !command.path.isEmpty {
      words.append("[\(command.path.joined(separator: " "))]")
    } else {
      words += command.path
    }
    words += command.operands.map(\.form)
    words.append("[options]")
    return words.joined(separator: " ")
  }
}

/// True for what stands in the place of a connection URL: a URL or `key=value` pairs.
public func isConnectionURL(_ text: String) -> Bool {
  text.holds("://") || text.contains("=")
}

/// True if `text` may be a connection URL that holds a password. Rather too often than not: it only decides
/// what is overwritten in `argv` and left out of messages.
func mayHoldPassword(_ text: String) -> Bool {
  text.contains("@") || text.contains("%") || text.lowercased().holds("pass")
}

/// `words` without repeats, in order.
func unique(_ words: [String]) -> [String] {
  var seen: Set<String> = []
  return words.filter { seen.insert($0).inserted }
}
