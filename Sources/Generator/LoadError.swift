import Progress

/// Why the rows cannot go where they should.
enum LoadError: Error, Equatable, CustomStringConvertible {
  case tableHasRows(highest: Int64)
  case anotherGenerator
  case idsRunOut(highest: Int64)
  /// A load was begun and not finished, and it is not the one that is asked for.
  case unfinished(LoadRecord, LoadRequest)
  /// Rows of a load that was not finished were removed or added by others.
  case loadWasChanged(LoadRecord)
  /// The record of the load under way is gone, or is not what it was.
  case recordIsGone
  /// Another session does not let go of the table.
  case tableIsBusy

  var description: String {
    switch self {
    case .tableHasRows(let highest):
      "the table `customers` has rows already, up to id \(highest); "
        + "add --append to put more behind them, or --replace to remove them first"
    case .anotherGenerator: "another generator is loading into this database; wait until it is done"
    case .idsRunOut(let highest):
      "behind id \(highest) there are not enough ids left; use --replace or fewer --rows"
    case .unfinished(let record, let request):
      Self.unfinished(record, request)
    case .loadWasChanged(let record):
      "of the load that stopped part-way, \(grouped(Int(record.done))) rows should be in the table, "
        + "but others have changed that; add --replace to remove all rows and load them anew"
    case .recordIsGone:
      "the load's row in the table `loads` was changed by others while it ran; add --replace to load all rows anew"
    case .tableIsBusy:
      "another session holds the table `customers` (see pg_locks and pg_stat_activity); try again when it is done"
    }
  }

  private static func unfinished(_ record: LoadRecord, _ request: LoadRequest) -> String {
    let standing =
      "another load stopped part-way, with \(grouped(Int(record.done))) of \(grouped(Int(record.request.rows))) rows in the table; "
    let isOtherVersion = record.request.command == request.command
    return standing
      + (isOtherVersion
        ? "it was begun by a version of the generator that makes other customers; finish it with that one"
        : "`\(record.request.command)` finishes it") + ", or add --replace to remove all rows first"
  }
}

/// A load that stopped part-way. The same command goes on with it.
struct LoadInterruption: Error, CustomStringConvertible {
  /// What ended it; nil for a stop that was asked for.
  let cause: (any Error)?
  let request: LoadRequest
  /// Rows in the table when it was last known.
  let done: Int64

  var description: String {
    let reason = cause.map { "\($0); " } ?? ""
    return reason + "\(grouped(Int(done))) of \(grouped(Int(request.rows))) rows are in the table; "
      + "`\(request.command)` goes on with the others"
  }
}
