/// A page in the language of `man`, as it grows. What goes in is text; nothing in it can be taken for a request.
struct Roff {
  private(set) var text = ""
  /// True if nothing stands under the last heading yet.
  private var isUnderHeading = false

  /// A page of section 1 (programs).
  init(title: String, date: String, source: String) {
    text += ".TH \(Self.escaped(title.uppercased())) 1 \(date) \"\(Self.escaped(source))\"\n"
    // No hyphens in names of options, and no blanks pulled apart.
    text += ".nh\n.ad l\n"
  }

  mutating func section(_ heading: String) { begin(".SH \"\(Self.escaped(heading))\"") }

  mutating func subsection(_ heading: String) { begin(".SS \"\(Self.escaped(heading))\"") }

  /// Running text; a paragraph of its own unless it comes first under a heading.
  mutating func paragraph(_ sentences: String) {
    separate()
    text += Self.filled(sentences)
  }

  /// A few words that stand above what belongs to them.
  mutating func title(_ words: String) {
    separate()
    text += Self.joined([.bold(words)]) + "\n"
  }

  /// Lines that stay apart.
  mutating func lines(_ lines: [[Word]]) {
    separate()
    text += lines.map { Self.joined($0) + "\n" }.joined(separator: ".br\n")
  }

  /// A term, and behind it what it means.
  mutating func term(_ words: [Word], _ meaning: String) {
    isUnderHeading = false
    text += ".TP\n\(Self.joined(words))\n\(Self.filled(meaning))"
  }

  /// Lines as they are typed.
  mutating func example(_ lines: [String]) {
    separate()
    text += ".nf\n" + lines.map { Self.escaped($0) + "\n" }.joined() + ".fi\n"
  }

  private mutating func begin(_ request: String) {
    text += request + "\n"
    isUnderHeading = true
  }

  private mutating func separate() {
    if !isUnderHeading { text += ".PP\n" }
    isUnderHeading = false
  }

  /// A piece of a line, in one font.
  enum Word {
    case plain(String)
    case bold(String)
    case italic(String)
  }

  private static func joined(_ words: [Word]) -> String {
    words.map { word in
      switch word {
      case .plain(let text): escaped(text)
      case .bold(let text): "\\fB\(escaped(text))\\fR"
      case .italic(let text): "\\fI\(escaped(text))\\fR"
      }
    }.joined()
  }

  /// Sentences in lines of the source that are short even when every `-` takes two bytes.
  private static func filled(_ sentences: String) -> String {
    wrapped(sentences, width: 70).split(separator: "\n").map { escaped(String($0)) + "\n" }.joined()
  }

  /// A `-` that can be copied, quotes and tildes that stay as they are, no request at the beginning of a line.
  private static func escaped(_ text: String) -> String {
    var escaped = text.first == "." || text.first == "'" ? "\\&" : ""
    for character in text {
      switch character {
      case "\\": escaped += "\\(rs"
      case "-": escaped += "\\-"
      case "'": escaped += "\\(aq"
      case "\"": escaped += "\\(dq"
      case "`": escaped += "\\(ga"
      case "^": escaped += "\\(ha"
      case "~": escaped += "\\(ti"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
