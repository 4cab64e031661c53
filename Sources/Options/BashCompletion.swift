extension Program {
  /// A script for bash that completes commands, options, their words and names of files. It needs nothing but bash
  /// itself: neither the package `bash-completion` nor, once it is read, this program.
  var bashCompletion: String {
    """
    # Completion of \(name) \(version) for bash, made by `\(name) --completion`.
    _roster_\(name)() {
      # What follows the words of a command, which options it has, what the values of options are (those that only
      # stand behind a = have one here), what it takes by place.
      local -A next=(
    \(rows(nextWords))
      ) options=(
    \(rows(optionNames))
      ) values=(
    \(rows(optionValues))
      ) places=(
    \(rows(places))
      )
    \(bashEngine)
    }
    complete -F _roster_\(name) \(name)

    """
  }

  private func rows(_ table: [(key: String, words: [String])]) -> String {
    if table.isEmpty { return "    # none" }
    return table.map { "    [\($0.key)]=\"\($0.words.joined(separator: " "))\"" }.joined(separator: "\n")
  }

  /// The words that may follow each beginning of a command: `/` and `/migrate`.
  private var nextWords: [(String, [String])] {
    let beginnings = unique(
      commands.flatMap { command in command.path.indices.map { slashed(command.path[..<$0]) } })
    return beginnings.map { beginning in
      let next = commands.compactMap { command in
        command.path.indices.first { slashed(command.path[..<$0]) == beginning }.map { command.path[$0] }
      }
      return (beginning, unique(next))
    }
  }

  /// The options of each command, and those of the first where none is named.
  private var optionNames: [(String, [String])] {
    commands.enumerated().flatMap { index, command -> [(String, [String])] in
      func names(_ shared: [OptionDefinition]) -> [String] {
        (command.options + shared).map { "--\($0.name)" }
      }
      let whole = index == 0 ? [("/", names(Self.everywhere + Self.once))] : []
      return whole + (command.path.isEmpty ? [] : [(slashed(command.path), names(Self.everywhere))])
    }
  }

  private var optionValues: [(String, [String])] {
    allOptions.filter { $0.kind != .action }.flatMap { option in
      let spellings = ["--\(option.name)"] + (option.short.map { ["-\($0)"] } ?? [])
      return (option.isFlag ? ["--\(option.name)="] : spellings).map { ($0, option.valueWords) }
    }
  }

  private var places: [(String, [String])] {
    commands.flatMap { command in
      command.operands.enumerated().filter { completed.contains($1.placeholder) }.map { index, operand in
        ("\(slashed(command.path)):\(index)", [operand.placeholder])
      }
    }
  }

  private func slashed(_ words: some Collection<String>) -> String { "/" + words.joined(separator: "/") }
}

/// The placeholders that are completed with names: of files, of folders, of either.
private let completed = ["FILE", "FOLDER", "PATH"]

extension OptionDefinition {
  /// The words that its value can be, or what kind of name it is.
  fileprivate var valueWords: [String] {
    switch kind {
    case .choice(let words): words
    case .toggle: ["true", "false"]
    default: completed.filter { $0 == placeholder }
    }
  }
}

/// What is the same for all programs: finds out where on the command line the cursor is, and looks that up.
private let bashEngine = """
    local words=() word rest=${COMP_LINE:0:COMP_POINT} gap current path=/ place=0 option="" prefix="" found i
    # Bash splits words at = and : too; what has no blank before it belongs to the word before.
    for ((i = 0; i <= COMP_CWORD; i++)); do
      gap=${rest%%[![:blank:]]*} rest=${rest#"${rest%%[![:blank:]]*}"}
      word=${COMP_WORDS[i]}
      ((i < COMP_CWORD)) || word=$rest
      rest=${rest#"$word"}
      if [[ -n $gap || $i == 0 ]]; then words+=("$word"); else words[-1]+=$word; fi
    done
    current=${words[-1]}
    for word in "${words[@]:1:${#words[@]}-2}"; do
      if [[ -n $option ]]; then
        option=""
      elif [[ $word == -* ]]; then
        [[ -z ${values[$word]+there} ]] || option=$word
      elif [[ " ${next[$path]-} " == *" $word "* && $place == 0 ]]; then
        path=${path%/}/$word
      elif [[ $path != / || ($word != *://* && $word != *=*) ]]; then
        place=$((place + 1))
      fi
    done
    if [[ $current == --*=* ]]; then
      option=${current%%=*} current=${current#*=}
      [[ $COMP_WORDBREAKS == *=* ]] || prefix=$option=
      [[ -n ${values[$option]+there} ]] || option+="="
    fi
    if [[ -n $option ]]; then
      found=${values[$option]-}
    elif [[ $current == -* ]]; then
      found=${options[$path]-}
    else
      found=${places[$path:$place]-}
      [[ -n $found ]] || ((place > 0)) || found=${next[$path]-}
    fi
    COMPREPLY=()
    case $found in
      FILE | PATH) compopt -o default ;;
      FOLDER) compopt -o dirnames ;;
      *) mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$found" -- "$current") ;;
    esac
  """
