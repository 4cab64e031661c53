extension Program {
  /// The help for the command that `words` name; for the whole program where they name none. Unless it is full it fits a
  /// screen of 24 lines: the options that most need, and examples.
  func help(for words: [String], isFull: Bool) -> String {
    let command = commands.filter { !$0.path.isEmpty && words.starts(with: $0.path) }
      .max { $0.path.count < $1.path.count }
    if let command { return help(of: command, isFull: isFull) }
    return wholeHelp(isFull: isFull)
  }

  /// What there is. The options are here only of a command that has no name to ask by; all others say themselves what
  /// they take.
  private func wholeHelp(isFull: Bool) -> String {
    guard let first = commands.first else { return "" }
    let named = commands.filter { !$0.path.isEmpty }
    var text = "Usage: \(outline)\n\n\(wrapped(first.path.isEmpty ? first.summary : summary)).\n"
    if !named.isEmpty {
      text += "\nCommands (\(name) \(words(named[0])) --help says more of that one, and so on):\n"
      text += columns(
        named.map { (([words($0)] + $0.operands.map(\.form)).joined(separator: " "), $0.summary) })
    }
    let groups = first.path.isEmpty ? first.groups : []
    if isFull {
      return text + groupedOptions(groups, Self.everywhere + Self.once) + exitCodes(first) + examples(first)
    }
    func names(_ options: [OptionDefinition]) -> String {
      options.map { "--\($0.name)" }.joined(separator: ", ")
    }
    if groups.isEmpty { return text + "\nOptions: \(names(Self.everywhere + Self.once))\n" + examples(first) }
    return text + commonOptions(groups, beside: "Also \(names(Self.once)).\n") + examples(first)
  }

  private func help(of command: Command, isFull: Bool) -> String {
    var text = "Usage: \(form(of: command))\n\n\(wrapped(command.summary)).\n"
    if !command.operands.isEmpty {
      text += "\nArguments:\n" + columns(command.operands.map { ($0.placeholder, $0.help) })
    }
    guard isFull else { return text + commonOptions(command.groups) + examples(command) }
    return text + groupedOptions(command.groups, Self.everywhere) + exitCodes(command) + examples(command)
  }

  /// The options that most need, under one heading.
  private func commonOptions(_ groups: [Command.Group], beside others: String = "") -> String {
    let own = groups.flatMap(\.commonOptions)
    return "\nOptions:\n" + columns((own + Self.everywhere).map { ($0.leftColumn, $0.rightColumn) })
      + others + explanation(of: own)
  }

  /// All options in their groups, and those that every command has.
  private func groupedOptions(_ groups: [Command.Group], _ shared: [OptionDefinition]) -> String {
    let own = groups.filter { $0.listedBy == nil }.flatMap(\.options)
    let width = columnWidth((own + shared).map(\.leftColumn))
    func listed(_ heading: String, _ options: [OptionDefinition]) -> String {
      "\(heading):\n" + columns(options.map { ($0.leftColumn, $0.rightColumn) }, width: width)
    }
    let lines =
      groups.count > 1
      ? groups.map { group in
        group.listedBy.map { "\(group.heading): see \(name) \($0) --\(Self.fullHelp.definition.name)\n" }
          ?? listed(group.heading, group.options)
      } + [listed("Help", shared)] : [listed("Options", own + shared)]
    return "\n" + lines.joined() + explanation(of: own)
  }

  /// How the lines about options are to be read.
  private func explanation(of options: [OptionDefinition]) -> String {
    guard let sample = options.first(where: \.hasUsualEnvironment), let variable = sample.environment else {
      return ""
    }
    return "\n"
      + wrapped("Defaults are in brackets. --\(sample.name) is also read from \(variable), and so on.") + "\n"
  }

  private func exitCodes(_ command: Command) -> String {
    guard !command.exits.isEmpty else { return "" }
    // Codes that mean the same stand together.
    let exits = unique(command.exits.map(\.meaning)).map { meaning in
      let codes = command.exits.filter { $0.meaning == meaning }.map { "\($0.code)" }
      return "\(codes.joined(separator: ", ")) \(meaning)"
    }.joined(separator: "; ")
    return "\n\(wrapped("Exit codes: \(exits)", indent: 2)).\n"
  }

  private func examples(_ command: Command) -> String {
    command.examples.isEmpty ? "" : "\nExamples:\n" + command.examples.map { "  \($0)\n" }.joined()
  }
}

extension OptionDefinition {
  /// `-h, --help`, `--rows N`. Words to choose from that do not fit here stand on the right.
  fileprivate var leftColumn: String {
    let short = short.map { "-\($0), " } ?? ""
    return short + (longWords == nil ? form : "--\(name) WORD")
  }

  /// The help with what else one must know: the default, and a variable that is not the usual one. That a toggle is
  /// off by default goes without saying.
  fileprivate var rightColumn: String {
    var notes: [String] = []
    if let defaultText, kind != .toggle { notes.append(defaultText) }
    if let environment, !hasUsualEnvironment { notes.append("or $\(environment)") }
    let text = longWords.map { "\(help): \($0)" } ?? help
    return notes.isEmpty ? text : "\(text) [\(notes.joined(separator: ", "))]"
  }

  /// The words of a choice, if they are too many for the left column.
  private var longWords: String? {
    guard case .choice = kind, form.count > widestLeft else { return nil }
    return placeholder
  }

  /// True if its variable is the one that its name gives.
  var hasUsualEnvironment: Bool {
    environment == Self.defaultEnvironment(name)
  }
}
