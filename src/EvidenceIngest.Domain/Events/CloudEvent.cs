using System.Globalization;
using System.Text.Json.Nodes;

namespace EvidenceIngest.Domain.Events;

/// <summary>
/// One event as CloudEvents 1.0 in structured mode (JSON). It holds ids and no person's name: who may know more asks the API.
/// </summary>
/// <param name="Id">Unique and stable: whoever gets an event twice knows it by this.</param>
/// <param name="Source">Which installation it is of.</param>
/// <param name="Name">As <see cref="EventTypes"/> has it.</param>
/// <param name="Subject">What it is about: an item's id, a dock's, a case's number, or <c>service</c>. Order is kept within one.</param>
/// <param name="At">When it happened.</param>
/// <param name="Position">Its place among all events, from 1.</param>
/// <param name="Dock">The dock that it has to do with.</param>
/// <param name="Recorder">The recorder that it has to do with.</param>
/// <param name="Data">What <c>docs/events.md</c> says of its type.</param>
public sealed record CloudEvent(
    string Id, Uri Source, string Name, string Subject, DateTimeOffset At, long Position, string? Dock, string? Recorder, JsonObject Data)
{
    public const string MediaType = "application/cloudevents+json";

    /// <summary>Its JSON. Made once and sent as it is to everybody, again and again if need be.</summary>
    public byte[] ToBytes()
    {
        var json = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = Id,
            ["source"] = Source.OriginalString,
            ["type"] = EventTypes.Full(Name),
            ["subject"] = Subject,
            ["time"] = At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["datacontenttype"] = "application/json",
            // CloudEvents' own extension: compares as text in the order of the positions.
            ["sequence"] = Position.ToString("D19", CultureInfo.InvariantCulture),
        };
        if (Dock is not null)
            json["dock"] = Dock;
        if (Recorder is not null)
            json["recorder"] = Recorder;
        json["data"] = Data.DeepClone();
        return EvidenceJson.ToBytes(json);
    }
}
