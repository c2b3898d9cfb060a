using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class RowsInPlace : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_jobs_worker_id",
                table: "jobs");

            migrationBuilder.AlterTable(
                name: "jobs")
                .Annotation("Npgsql:StorageParameter:fillfactor", 50)
                .OldAnnotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateTable(
                name: "slice_claims",
                columns: table => new
                {
                    slice_id = table.Column<long>(type: "bigint", nullable: false),
                    worker_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_slice_claims", x => new { x.slice_id, x.worker_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_slice_claims_worker_id",
                table: "slice_claims",
                column: "worker_id");

            // What is running is to be found after the update, too: 1 is JobState.Running.
            migrationBuilder.Sql("INSERT INTO slice_claims (slice_id, worker_id) SELECT DISTINCT slice_id, worker_id FROM jobs WHERE state = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "slice_claims");

            migrationBuilder.AlterTable(
                name: "jobs")
                .Annotation("Npgsql:StorageParameter:fillfactor", 80)
                .OldAnnotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateIndex(
                name: "ix_jobs_worker_id",
                table: "jobs",
                column: "worker_id",
                filter: "state = 1");
        }
    }
}
