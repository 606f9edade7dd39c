using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EvidenceIngest.Server.Catalogue.Migrations;

[DbContext(typeof(CatalogueDb))]
[Migration("0007_fixity")]
internal sealed class Fixity : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlScript.Read("0007_fixity.sql"));
}
