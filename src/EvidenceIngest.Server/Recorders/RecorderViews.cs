namespace EvidenceIngest.Server.Recorders;

/// <param name="OfficerNumber">警号</param>
/// <param name="OfficerName">制作人 of what it records.</param>
/// <param name="Agency">Where the officer serves, or null.</param>
/// <param name="From">
/// Since when. Null for a recorder that was never assigned means since ever, so that what it brought unassigned is accepted;
/// null for one that was means now.
/// </param>
/// <param name="Unit">Whose recordings they are; null: the unit of the account with that officer number, or else of the recorder, or else the root.</param>
public sealed record AssignmentRequest(string OfficerNumber, string OfficerName, string? Agency = null, DateTimeOffset? From = null, string? Unit = null);

/// <param name="Recorder">Stable identity.</param>
/// <param name="Assignment">As it stands now.</param>
/// <param name="ItemsAccepted">Items that this took out of quarantine.</param>
public sealed record AssignmentAnswer(string Recorder, AssignmentView Assignment, IReadOnlyList<string> ItemsAccepted);

/// <param name="OfficerNumber">警号</param>
/// <param name="OfficerName">Name.</param>
/// <param name="Agency">Where the officer serves, or null.</param>
/// <param name="Unit">Whose recordings they are.</param>
/// <param name="From">UTC.</param>
/// <param name="To">UTC, exclusive; null while it lasts.</param>
public sealed record AssignmentView(string OfficerNumber, string OfficerName, string? Agency, string Unit, DateTimeOffset From, DateTimeOffset? To);

/// <param name="Recorder">Stable identity.</param>
/// <param name="Profile">Hardware profile, once it was seen.</param>
/// <param name="Model">Maker and model as far as known.</param>
/// <param name="FirstSeenAt">UTC.</param>
/// <param name="LastSeenAt">UTC.</param>
/// <param name="State">Whether anybody should be carrying it.</param>
/// <param name="Alarm">What speaks against it until a person settles it, or null.</param>
/// <param name="Assignment">Who carries it now, or null.</param>
/// <param name="Assignments">All, newest first.</param>
public sealed record RecorderView(
    string Recorder, string? Profile, string? Model, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt,
    RecorderState State, RecorderAlarm? Alarm, AssignmentView? Assignment, IReadOnlyList<AssignmentView> Assignments);

/// <param name="State">What it is from now on. In service also settles an alarm and accepts what it alone kept in quarantine.</param>
/// <param name="Note">Why: what was found out about the recorder. Enters the chain of every item concerned.</param>
public sealed record RecorderStateRequest(RecorderState State, string Note);

/// <param name="Recorder">Stable identity.</param>
/// <param name="State">As it stands now.</param>
/// <param name="ItemsAccepted">Items that this took out of quarantine.</param>
public sealed record RecorderStateAnswer(string Recorder, RecorderState State, IReadOnlyList<string> ItemsAccepted);
