namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>What a recorder says about itself. Claims of the device: printable and short, but true only as far as it is.</summary>
public sealed record DeviceFacts
{
    public static readonly DeviceFacts None = new();

    /// <summary>The recorder's own number.</summary>
    public string? Serial { get; init; }

    /// <summary>警号.</summary>
    public string? Officer { get; init; }

    public string? OfficerName { get; init; }

    public string? Unit { get; init; }

    public string? UnitName { get; init; }

    /// <summary>Percent.</summary>
    public int? Battery { get; init; }

    public string? Model { get; init; }

    public string? VolumeLabel { get; init; }

    /// <summary>These, completed by what was told later.</summary>
    internal DeviceFacts With(string name, string value) => name switch
    {
        "serial" => this with { Serial = value },
        "officer" => this with { Officer = value },
        "officerName" => this with { OfficerName = value },
        "unit" => this with { Unit = value },
        "unitName" => this with { UnitName = value },
        "battery" => this with { Battery = int.TryParse(value.TrimEnd('%'), out var percent) && percent is >= 0 and <= 100 ? percent : null },
        "model" => this with { Model = value },
        "volumeLabel" => this with { VolumeLabel = value },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no fact of this name"),
    };
}
