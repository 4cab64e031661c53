/// Columns of the narrowest screen that the help is made for.
private let screenWidth = 80

extension Program {
  /// The help for the command that `words` name; for the whole program where they name none.
  func help(for words: [String]) -> String {
    let command = commands.filter { !$0.path.isEmpty && words.starts(with: $0.path) }
      .max { $0.path.count < $1.path.count }
    return helpText(command ?? commands.first, isWhole: command == nil)
  }

  private func helpText(_ command: Command?, isWhole: Bool) -> String {
    guard let command else { return "" }
    var text = "Usage: \(form(of: command))\n\n"
    text += wrapped(isWhole ? summary : command.summary, indent: 0) + ".\n"
    if isWhole, commands.count > 1 {
      text += "\nCommands (NAME --help says more):\n"
      text += columns(
        commands.map { other in
          let words = [words(other)] + other.operands.map(\.form)
          return (words.joined(separator: " "), other.summary)
        })
    }
    if !command.operands.isEmpty {
      text += "\nArguments:\n" + columns(command.operands.map { ($0.placeholder, $0.help) })
    }
    text +=
      "\nOptions:\n" + columns((command.options + Self.everywhere).map { ($0.leftColumn, $0.rightColumn) })
    if let sample = command.options.first(where: \.hasUsualEnvironment) {
      let usual = OptionDefinition.defaultEnvironment(sample.name)
      text +=
        "\n"
        + wrapped(
          "Settings are also read from the environment: --\(sample.name) from \(usual), and so on.", indent: 0
        )
      text += "\n"
    }
    if !command.exits.isEmpty {
      text += "\nExit codes:\n" + columns(command.exits.map { ("\($0.code)", $0.meaning) })
    }
    if !command.examples.isEmpty {
      text += "\nExamples:\n" + command.examples.map { "  \($0)\n" }.joined()
    }
    return text
  }

  private func columns(_ rows: [(left: String, right: String)]) -> String {
    let widest = rows.map(\.left.count).filter { $0 <= 26 }.max() ?? 0
    let indent = widest + 4
    return rows.map { row in
      let right = wrapped(row.right, indent: indent)
      let gap =
        row.left.count <= widest
        ? String(repeating: " ", count: indent - 2 - row.left.count)
        : "\n" + String(repeating: " ", count: indent)
      return "  \(row.left)\(gap)\(right)\n"
    }.joined()
  }
}

extension OptionDefinition {
  /// `-h, --help`, `--rows N`.
  fileprivate var leftColumn: String {
    (short.map { "-\($0), " } ?? "") + form
  }

  /// The help with what else one must know: the default, and a variable that is not the usual one.
  fileprivate var rightColumn: String {
    var notes: [String] = []
    if let defaultText { notes.append("default \(defaultText)") }
    if let environment, !hasUsualEnvironment { notes.append("or $\(environment)") }
    return notes.isEmpty ? help : "\(help) [\(notes.joined(separator: ", "))]"
  }

  fileprivate var hasUsualEnvironment: Bool {
    environment == Self.defaultEnvironment(name)
  }
}

/// `text` broken at blanks so that it ends before the screen does; lines after the first begin with `indent`
/// blanks.
private func wrapped(_ text: String, indent: Int) -> String {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, indent + line.count + 1 + word.count > screenWidth {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? "\(word)" : " \(word)"
  }
  lines.append(line)
  return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
}
