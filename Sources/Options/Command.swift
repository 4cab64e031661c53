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
  /// False for one that looks at no database, so that it needs no connection URL.
  public var usesDatabase: Bool
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
    /// The names of those that the short help leaves out.
    let rareNames: Set<String>
    /// The command whose help lists them; nil if this one does.
    let listedBy: String?

    /// Options under `heading`, a word or two without a colon. `rare` are those that few need: they stand behind the
    /// others, and in the full help alone. Those that another command takes too need not stand in the help of both:
    /// `listedBy` is the one that has them, such as `import customers`.
    public init(
      _ heading: String, _ common: [any DeclaredOption], rare: [any DeclaredOption] = [],
      listedBy command: String? = nil
    ) {
      self.heading = heading
      options = (common + rare).map(\.definition)
      rareNames = Set(rare.map(\.definition.name))
      listedBy = command
    }

    /// Those that the short help has.
    var commonOptions: [OptionDefinition] {
      listedBy == nil ? options.filter { !rareNames.contains($0.name) } : []
    }
  }

  /// All its options, in the order of the help.
  public var options: [OptionDefinition] { groups.flatMap(\.options) }

  /// The command that these words call, with its options in groups.
  public init(
    _ path: String..., summary: String, operands: [Operand] = [], groups: [Group],
    usesDatabase: Bool = true, examples: [String] = [], exits: [Exit] = []
  ) {
    self.path = path
    self.summary = summary
    self.operands = operands
    self.groups = groups
    self.usesDatabase = usesDatabase
    self.examples = examples
    self.exits = exits
  }

  /// The command that these words call.
  public init(
    _ path: String..., summary: String, operands: [Operand] = [], options: [any DeclaredOption] = [],
    rare: [any DeclaredOption] = [], usesDatabase: Bool = true, examples: [String] = [], exits: [Exit] = []
  ) {
    let groups = options.isEmpty && rare.isEmpty ? [] : [Group("Options", options, rare: rare)]
    self.init(
      summary: summary, operands: operands, groups: groups, usesDatabase: usesDatabase, examples: examples,
      exits: exits)
    self.path = path
  }
}
