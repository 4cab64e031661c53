/// What a request comes to, in view of what is in the database. A value, decided without a database.
enum LoadDecision: Sendable, Equatable {
  /// Goes on with a load that was not finished.
  case goOn(LoadRecord)
  /// Begins a load of these ids. `forgets` says that no row of an earlier load is in the table, or will be.
  case begin(ClosedRange<Int64>, forgets: Bool)
  /// All is there already: the run that loaded it ended before it could tell.
  case nothingToDo(LoadRecord)

  /// What the database says.
  struct Situation: Sendable, Equatable {
    /// The highest id in the table, nil if it has no rows.
    var highest: Int64?
    /// The last id that was drawn from the sequence, also by whoever never wrote a row with it; nil if none was.
    var drawn: Int64?
    /// The load that is not over; if there is none, the last one.
    var record: LoadRecord?
    /// How many rows the table has among the ids of the record, where that matters.
    var present: Int64?
  }

  /// Decides; throws where the rows cannot go.
  init(_ request: LoadRequest, in situation: Situation) throws(LoadError) {
    let isEmpty = situation.highest == nil
    if let record = situation.record, record.request == request {
      if !record.isOver, situation.present == record.done {
        self = .goOn(record)
        return
      }
      if record.isOver, request.mode == .refuse, situation.present == request.rows {
        self = .nothingToDo(record)
        return
      }
    }
    // Whoever empties the table ends what was being loaded into it, be it by hand.
    if !isEmpty, request.mode != .replace {
      if let record = situation.record, !record.isOver {
        throw record.request == request ? .loadWasChanged(record) : .unfinished(record, request)
      }
    }
    switch (situation.highest, request.mode) {
    case (nil, _), (_, .replace):
      self = .begin(1...request.rows, forgets: true)
    case (let highest?, .append):
      // Ids that were drawn and given up count as settled: no row may appear among them any more.
      let before = max(highest, situation.drawn ?? 0)
      let (last, overflow) = before.addingReportingOverflow(request.rows)
      if overflow { throw .idsRunOut(highest: before) }
      self = .begin(before + 1...last, forgets: false)
    case (let highest?, .refuse):
      throw .tableHasRows(highest: highest)
    }
  }
}
