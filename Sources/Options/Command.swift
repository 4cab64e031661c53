/// Something that is given by its place, not by a name: `migrate new NAME`.
public struct Operand: Equatable, Sendable {
  /// What stands for it in the help.
  public var placeholder: String
  /// One sentence without a period at its end.
  public var help: String
  /// True if the command does without it.
  public var isOptional: Bool

  /// Something that is given by its place.
  public init(_ placeholder: String, help: String, isOptional: Bool = false) {
    self.placeholder = placeholder
    self.help = help
    self.isOptional = isOptional
  }

  /// The placeholder as the form of a command shows it.
  var form: String { isOptional ? "[\(placeholder)]" : placeholder }
}

/// One command of a program with its own table of options; a program that has no commands is one command
/// whose path is empty.
public struct Command: Sendable {
  /// The words that call it: `["migrate", "up"]`.
  public var path: [String]
  /// What it does, one sentence without a period at its end.
  public var summary: String
  /// What it takes by place, behind its words.
  public var operands: [Operand]
  /// Its options, in the order of the help and under their headings.
  public var groups: [Group]
  /// Whole command lines for the help.
  public var examples: [String]
  /// What its exit codes mean, for the help; none where they are the usual ones.
  public var exits: [Exit]

  /// An exit code and its meaning, without a period at its end.
  public struct Exit: Sendable {
    let code: Int32
    let meaning: String

    /// An exit code and its meaning.
    public init(_ code: Int32, _ meaning: String) {
      self.code = code
      self.meaning = meaning
    }
  }

  /// Options that belong together, under one heading.
  public struct Group: Sendable {
    let heading: String
    let options: [OptionDefinition]
    /// The command whose help lists them; nil if this one does.
    let listedBy: String?

    /// `options` under `heading`, a word or two without a colon. Those that another command takes too need not stand in
    /// the help of both: `listedBy` is the one that has them, such as `import customers`.
    public init(_ heading: String, _ options: [any DeclaredOption], listedBy command: String? = nil) {
      self.heading = heading
      self.options = options.map(\.definition)
      listedBy = command
    }
  }

  /// All its options, in the order of the help.
  public var options: [OptionDefinition] { groups.flatMap(\.options) }

  /// The command that these words call, with its options in groups.
  public init(
    _ path: String..., summary: String, operands: [Operand] = [], groups: [Group], examples: [String] = [],
    exits: [Exit] = []
  ) {
    self.path = path
    self.summary = summary
    self.operands = operands
    self.groups = groups
    self.examples = examples
    self.exits = exits
  }

  /// The command that these words call.
  public init(
    _ path: String..., summary: String, operands: [Operand] = [], options: [any DeclaredOption] = [],
    examples: [String] = [], exits: [Exit] = []
  ) {
    self.init(
      summary: summary, operands: operands, groups: options.isEmpty ? [] : [Group("Options", options)],
      examples: examples, exits: exits)
    self.path = path
  }
}
