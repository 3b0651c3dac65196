declare module 'virtual:english' {
  const address: string;
  export default address;
}
