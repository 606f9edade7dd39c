using EvidenceIngest.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace EvidenceIngest.Server.Catalogue;

internal sealed class UtcInstant() : ValueConverter<DateTimeOffset, DateTimeOffset>(at => at.ToUniversalTime(), at => at);

internal static class Columns
{
    /// <summary>A value that is read and written as a whole, in the one JSON of this system.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property, string columnType = "jsonb") =>
        property
            .HasColumnType(columnType)
            .HasConversion(
                new ValueConverter<T, string>(value => Write(value), json => Read<T>(json)),
                new ValueComparer<T>((a, b) => Write(a) == Write(b), value => StringComparer.Ordinal.GetHashCode(Write(value))));

    private static string Write<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, EvidenceJson.Options);

    private static T Read<T>(string json) => System.Text.Json.JsonSerializer.Deserialize<T>(json, EvidenceJson.Options)!;
}
