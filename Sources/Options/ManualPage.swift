extension Program {
  /// The manual page: all that the tables say, for `man`.
  var manualPage: String {
    var page = Roff(title: name, date: Release.date, source: "Roster \(version)")
    page.section("NAME")
    page.paragraph("\(name) - \(summary.prefix(1).lowercased())\(summary.dropFirst())")
    page.section("SYNOPSIS")
    page.lines(commands.map(synopsis))
    page.section("DESCRIPTION")
    if commands.count == 1, let command = commands.first {
      describe(command, in: &page)
    } else {
      page.paragraph(sentence(summary))
      for command in commands {
        page.subsection(form(of: command))
        describe(command, in: &page)
      }
    }
    page.section("OPTIONS OF EVERY COMMAND")
    for option in Self.everywhere + Self.once { page.term(option.synopsis, sentence(option.help)) }
    for section in sections {
      page.section(section.heading)
      for part in section.parts {
        switch part {
        case .paragraph(let sentences): page.paragraph(sentences)
        case .term(let term, let meaning): page.term([.bold(term)], meaning)
        }
      }
    }
    environment(in: &page)
    examples(in: &page)
    if !related.isEmpty {
      page.section("SEE ALSO")
      page.paragraph(related.map { "\($0)(1)" }.joined(separator: ", "))
    }
    return page.text
  }

  private func synopsis(_ command: Command) -> [Roff.Word] {
    let words = form(of: command).split(separator: " ", maxSplits: 1)
    return [.bold(String(words[0]))] + (words.count > 1 ? [.plain(" \(words[1])")] : [])
  }

  private func describe(_ command: Command, in page: inout Roff) {
    page.paragraph(sentence(command.summary))
    for operand in command.operands { page.term([.italic(operand.placeholder)], sentence(operand.help)) }
    for group in command.groups {
      if command.groups.count > 1 { page.title(group.heading) }
      for option in group.options { page.term(option.synopsis, option.description) }
    }
    guard !command.exits.isEmpty else { return }
    page.title("Exit codes")
    for exit in command.exits { page.term([.bold("\(exit.code)")], sentence(exit.meaning)) }
  }

  /// Every variable that stands for an option, and where.
  private func environment(in page: inout Roff) {
    let variables = unique(commands.flatMap(\.options).compactMap(\.environment)).sorted()
    guard !variables.isEmpty else { return }
    page.section("ENVIRONMENT")
    page.paragraph("An option counts more than its variable; a variable that is empty counts as unset.")
    for variable in variables {
      let names = unique(
        commands.flatMap(\.options).filter { $0.environment == variable }.map { "--\($0.name)" })
      page.term([.bold(variable)], "The same as \(alternatives(names)).")
    }
  }

  private func examples(in page: inout Roff) {
    let lines = commands.flatMap(\.examples)
    guard !lines.isEmpty else { return }
    page.section("EXAMPLES")
    page.example(lines)
  }
}

extension OptionDefinition {
  /// **-p**, **--port** *N*.
  fileprivate var synopsis: [Roff.Word] {
    (short.map { [.bold("-\($0)"), .plain(", ")] } ?? []) + [.bold("--\(name)")]
      + (placeholder.map { [.plain(" "), .italic($0)] } ?? [])
  }

  /// Everything about it, in sentences.
  fileprivate var description: String {
    var sentences = [sentence(help)]
    if !explanation.isEmpty { sentences.append(explanation) }
    if let range = kind.range { sentences.append("From \(range).") }
    if let defaultText { sentences.append("Default: \(defaultText).") }
    if let environment { sentences.append("In the environment: \(environment).") }
    return sentences.joined(separator: " ")
  }
}

extension OptionKind {
  /// `1 to 64`, where there are bounds.
  fileprivate var range: String? {
    func range(_ bounds: ClosedRange<Int>, _ format: (Int) -> String) -> String {
      bounds.upperBound == .max
        ? "\(format(bounds.lowerBound)) on" : "\(format(bounds.lowerBound)) to \(format(bounds.upperBound))"
    }
    switch self {
    case .integer(let bounds): return range(bounds) { "\($0)" }
    case .size(let bounds): return range(bounds, formatSize)
    case .duration(let bounds): return range(bounds, formatDuration)
    case .action, .toggle, .text, .choice: return nil
    }
  }
}

/// A few words as a sentence: a capital letter in front unless they begin with a name, a period behind.
private func sentence(_ words: String) -> String {
  "\(words.prefix(1).uppercased())\(words.dropFirst())."
}
