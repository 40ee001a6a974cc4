//! Answers the recording in the folder that the argument names.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for folder in std::env::args().skip(1) {
        dispatch::explain::recorded::answer(folder.as_ref(), &mut std::io::stdout())?;
    }
    Ok(())
}
